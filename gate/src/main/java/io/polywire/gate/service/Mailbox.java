package io.polywire.gate.service;

import java.util.ArrayDeque;
import java.util.Queue;

/** Runs tasks one after the other, on a thread of one of those who add them, without any lock held. Thread-safe. */
public final class Mailbox {
    private static final System.Logger LOG = System.getLogger(Mailbox.class.getName());

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean draining;

    /** Adds a task; it runs at the latest when this thread calls {@link #drain}. */
    public synchronized void add(Runnable task) {
        tasks.add(task);
    }

    /** Runs all tasks, unless another thread, or this one further up its stack, does so already. */
    public void drain() {
        synchronized (this) {
            if (draining || tasks.isEmpty()) {
                return;
            }
            draining = true;
        }
        while (true) {
            Runnable task;
            synchronized (this) {
                task = tasks.poll();
                if (task == null) {
                    draining = false;
                    return;
                }
            }
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "callback failed", e);
            }
        }
    }
}
