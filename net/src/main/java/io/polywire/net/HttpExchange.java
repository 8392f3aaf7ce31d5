package io.polywire.net;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One request and its answer.
 *
 * <p>Threads: {@link #respond}, {@link #execute}, {@link #request} and {@link #abort} may be called from anywhere, the rest
 * on the loop. After the end of the exchange everything is without effect.
 */
public final class HttpExchange {
    private final HttpCarrier carrier;
    private final HttpRequest request;
    private final ExchangeHandler handler;
    private final AtomicBoolean answered = new AtomicBoolean();
    private boolean over;

    HttpExchange(HttpCarrier carrier, HttpRequest request, ExchangeHandler handler) {
        this.carrier = carrier;
        this.request = request;
        this.handler = handler;
    }

    /** The head of the request. */
    public HttpRequest request() {
        return request;
    }

    /** The loop of the connection. */
    public Loop loop() {
        return carrier.loop();
    }

    /** Runs the task on the loop. */
    public void execute(Runnable task) {
        loop().execute(task);
    }

    /** Answers as a whole. The rest of the request's body is not read, which ends a connection of HTTP/1.1. */
    public void respond(HttpResponse response) {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request is answered already");
        }
        if (loop().inLoop()) {
            carrier.respond(this, response);
        } else {
            execute(() -> carrier.respond(this, response));
        }
    }

    /**
     * Begins an answer whose body follows with {@link #write} and {@link #end}; over HTTP/1.1 chunked unless the headers
     * have a {@code Content-Length}. The head leaves at once.
     */
    public void start(int status, Headers headers) {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request is answered already");
        }
        carrier.start(this, status, headers);
    }

    /** Appends to the body that was started; the array may be reused afterwards. */
    public void write(byte[] buf, int off, int len) {
        carrier.write(this, buf, off, len);
    }

    /** Ends the answer that was started; trailers are sent over HTTP/2, or if it is chunked. */
    public void end(Headers trailers) {
        carrier.end(this, trailers);
    }

    /** Octets of the answer that neither the kernel nor the window of an HTTP/2 client has taken yet. */
    public long queuedBytes() {
        return carrier.queuedBytes();
    }

    /** Reads no more of the body. */
    public void pauseReading() {
        carrier.pause(this, true);
    }

    /** Reads the body again. */
    public void resumeReading() {
        carrier.pause(this, false);
    }

    /** Cuts the carrier. */
    public void abort() {
        if (loop().inLoop()) {
            carrier.abort(this);
        } else {
            execute(() -> carrier.abort(this));
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
