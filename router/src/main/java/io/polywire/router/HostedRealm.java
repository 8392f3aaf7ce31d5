package io.polywire.router;

import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * A realm and the thread that owns it. The record may be used from any thread; the realm only on its own.
 *
 * @param realm only to be touched on its thread
 * @param thread runs tasks on the realm's thread, in order
 * @param inThread whether the calling thread is the realm's
 */
public record HostedRealm(Realm realm, Executor thread, BooleanSupplier inThread) {
    /** Runs the task on the realm's thread: now if this is it, else later. */
    public void run(Runnable task) {
        if (inThread.getAsBoolean()) {
            task.run();
        } else {
            thread.execute(task);
        }
    }
}
