package io.polywire.hemi.client;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;

/**
 * Runs tasks one after the other on virtual threads. Thread-safe: tasks come from event loops, and run on the thread that
 * was started when the first of them came.
 */
final class Inbox {
    private static final System.Logger LOG = System.getLogger("io.polywire.hemi");

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    /** How many tasks wait, this one counted. */
    int add(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            if (!running) {
                running = true;
                Thread.startVirtualThread(this::run);
            }
            return tasks.size();
        }
    }

    int size() {
        synchronized (tasks) {
            return tasks.size();
        }
    }

    private void run() {
        while (true) {
            Runnable next;
            synchronized (tasks) {
                next = tasks.poll();
                if (next == null) {
                    running = false;
                    return;
                }
            }
            try {
                next.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a listener failed", e);
            }
        }
    }
}
