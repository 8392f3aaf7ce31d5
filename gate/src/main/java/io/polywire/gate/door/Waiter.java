package io.polywire.gate.door;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a virtual thread wait for something as long as its client is there. A wait may be interrupted, and leaves nothing
 * behind; work that stores something is not. Thread-safe.
 */
final class Waiter {
    private @Nullable Thread waiting; // guarded by this
    private boolean gone; // guarded by this

    /** The result, or null if the client has gone. */
    <T> @Nullable T await(CompletableFuture<T> future) {
        synchronized (this) {
            if (gone) {
                return null;
            }
            waiting = Thread.currentThread();
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the wait failed", e.getCause());
        } finally {
            synchronized (this) {
                waiting = null;
                Thread.interrupted(); // It may have come too late.
            }
        }
    }

    /** The client has gone. */
    synchronized void gone() {
        gone = true;
        if (waiting != null) {
            waiting.interrupt();
        }
    }
}
