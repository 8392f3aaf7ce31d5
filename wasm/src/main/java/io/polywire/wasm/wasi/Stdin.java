package io.polywire.wasm.wasi;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Standard input that is read ahead by a thread of its own, so that a program that waits for input can be suspended.
 * Reads only what the program has asked for. Thread-safe.
 */
final class Stdin {
    private static final int CHUNK = 65536;

    private final InputStream in;
    private byte[] buffer;
    private boolean end;
    private @Nullable CompletableFuture<Void> pending;

    Stdin(InputStream in, byte[] ahead) {
        this.in = in;
        this.buffer = ahead;
    }

    /** What has been read and not yet been taken by the program. */
    synchronized byte[] ahead() {
        return buffer;
    }

    /** Number of bytes that can be taken, -1 at the end, 0 if {@link #more} has to be waited for. */
    synchronized int available() {
        return buffer.length > 0 ? buffer.length : end ? -1 : 0;
    }

    /** Takes up to so many bytes. */
    synchronized byte[] take(int max) {
        byte[] taken = Arrays.copyOf(buffer, Math.min(max, buffer.length));
        buffer = Arrays.copyOfRange(buffer, taken.length, buffer.length);
        return taken;
    }

    /** Reads more; the stage completes when something, or the end, is there. */
    synchronized CompletableFuture<Void> more() {
        CompletableFuture<Void> f = pending;
        if (f == null) {
            CompletableFuture<Void> started = new CompletableFuture<>();
            pending = started;
            Thread t = new Thread(() -> read(started), "wasi-stdin");
            t.setDaemon(true);
            t.start();
            return started;
        }
        return f;
    }

    private void read(CompletableFuture<Void> done) {
        byte[] chunk = new byte[CHUNK];
        int n;
        try {
            n = in.read(chunk);
        } catch (IOException e) {
            n = -1;
        }
        synchronized (this) {
            if (n < 0) {
                end = true;
            } else {
                buffer = Arrays.copyOf(chunk, n);
            }
            pending = null;
        }
        done.complete(null);
    }
}
