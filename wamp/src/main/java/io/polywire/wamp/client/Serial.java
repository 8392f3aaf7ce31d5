package io.polywire.wamp.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs tasks one after the other on a virtual thread, which exists while there are any. Thread-safe. */
final class Serial implements Executor {
    /** One virtual thread for each task. */
    static final Executor VIRTUAL =
            task -> Thread.ofVirtual().name("wamp-client").start(task);

    private static final Logger LOG = System.getLogger("io.polywire.wamp.client");

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (count.getAndIncrement() == 0) {
            VIRTUAL.execute(this::drain);
        }
    }

    private void drain() {
        do {
            Runnable task = tasks.remove();
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "a handler failed", e);
            }
            Thread.interrupted(); // An interrupt meant for one task must not hit the next.
        } while (count.decrementAndGet() > 0);
    }
}
