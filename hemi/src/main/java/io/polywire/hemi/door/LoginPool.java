package io.polywire.hemi.door;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that check keys and signatures: half as many as there are processors, so that a crowd that logs in leaves
 * the event loops theirs. Thread-safe.
 */
final class LoginPool {
    /** Logins that may wait; at half a millisecond each the last one still makes it in time. */
    private static final int MOST_WAITING = 10_000;

    private static final ThreadPoolExecutor THREADS = start();

    private LoginPool() {}

    private static ThreadPoolExecutor start() {
        int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count,
                count,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().name("polywire-hemi-login-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** False if too many wait already. */
    static boolean run(Runnable task) {
        try {
            THREADS.execute(task);
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }
}
