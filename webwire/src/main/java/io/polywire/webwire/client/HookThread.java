package io.polywire.webwire.client;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;

/** Runs hooks one after the other, on a virtual thread that lives while there are any. Thread-safe. */
final class HookThread {
    private static final System.Logger LOG = System.getLogger("io.polywire.webwire.client");

    private final ArrayDeque<Runnable> hooks = new ArrayDeque<>();
    private boolean running;

    void run(Runnable hook) {
        synchronized (this) {
            hooks.add(hook);
            if (running) {
                return;
            }
            running = true;
        }
        Thread.ofVirtual().name("webwire-hooks").start(this::runAll);
    }

    private void runAll() {
        while (true) {
            Runnable next;
            synchronized (this) {
                next = hooks.poll();
                if (next == null) {
                    running = false;
                    return;
                }
            }
            try {
                next.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a hook failed", e);
            }
        }
    }
}
