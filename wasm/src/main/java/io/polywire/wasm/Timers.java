package io.polywire.wasm;

import java.lang.ref.WeakReference;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The thread that enforces deadlines and time slices; does nothing but set flags. */
final class Timers {
    private static final ScheduledThreadPoolExecutor TIMER = new ScheduledThreadPoolExecutor(1, r -> {
        Thread t = new Thread(r, "wasm-timer");
        t.setDaemon(true);
        return t;
    });

    private Timers() {}

    static void after(long millis, Execution e, String reason) {
        WeakReference<Execution> weak = new WeakReference<>(e);
        var _ = TIMER.schedule(
                () -> {
                    Execution alive = weak.get();
                    if (alive != null) {
                        alive.kill(reason);
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    static ScheduledThreadPoolExecutor timer() {
        return TIMER;
    }
}
