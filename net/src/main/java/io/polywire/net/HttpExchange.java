package io.polywire.net;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request and its answer.
 *
 * <p>Threads: {@link #respond}, {@link #execute}, {@link #request} and {@link #abort} may be called from anywhere, the rest
 * on the loop. After the end of the exchange everything is without effect.
 */
public final class HttpExchange {
    private final HttpConnection connection;
    private final HttpRequest request;
    private final ExchangeHandler handler;
    private final AtomicBoolean answered = new AtomicBoolean();
    private boolean over;

    HttpExchange(HttpConnection connection, HttpRequest request, ExchangeHandler handler) {
        this.connection = connection;
        this.request = request;
        this.handler = handler;
    }

    /** The head of the request. */
    public HttpRequest request() {
        return request;
    }

    /** The loop of the connection. */
    public Loop loop() {
        return connection.loop();
    }

    /** Runs the task on the loop. */
    public void execute(Runnable task) {
        loop().execute(task);
    }

    /** Answers as a whole. If the request's body has not ended, the connection is closed after the answer. */
    public void respond(HttpResponse response) {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request is answered already");
        }
        if (loop().inLoop()) {
            connection.respond(this, response);
        } else {
            execute(() -> connection.respond(this, response));
        }
    }

    /**
     * Begins an answer whose body follows with {@link #write} and {@link #end}; chunked unless the headers have a {@code
     * Content-Length}. The head leaves at once.
     */
    public void start(int status, Headers headers) {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request is answered already");
        }
        connection.start(this, status, headers);
    }

    /** Appends to the body that was started; the array may be reused afterwards. */
    public void write(byte[] buf, int off, int len) {
        connection.write(this, buf, off, len);
    }

    /** Ends the answer that was started; trailers are sent if it is chunked. */
    public void end(Headers trailers) {
        connection.end(this, trailers);
    }

    /** Octets of the answer that the kernel has not taken yet. */
    public long queuedBytes() {
        return connection.queuedBytes();
    }

    /** Reads no more of the body. */
    public void pauseReading() {
        connection.pause(this, true);
    }

    /** Reads the body again. */
    public void resumeReading() {
        connection.pause(this, false);
    }

    /** Cuts the connection. */
    public void abort() {
        if (loop().inLoop()) {
            connection.abort(this);
        } else {
            execute(() -> connection.abort(this));
        }
    }

    ExchangeHandler handler() {
        return handler;
    }

    boolean over() {
        return over;
    }

    void finish(boolean complete) {
        if (!over) {
            over = true;
            handler.onClose(this, complete);
        }
    }
}
