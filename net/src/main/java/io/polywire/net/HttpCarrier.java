package io.polywire.net;

/**
 * What an exchange takes place on: a connection of HTTP/1.1, or a stream of HTTP/2. Called on the loop; what is asked for an
 * exchange that is over has no effect.
 */
interface HttpCarrier {
    Loop loop();

    void respond(HttpExchange from, HttpResponse response);

    void start(HttpExchange from, int status, Headers headers);

    void write(HttpExchange from, byte[] buf, int off, int len);

    void end(HttpExchange from, Headers trailers);

    long queuedBytes();

    void pause(HttpExchange from, boolean on);

    void abort(HttpExchange from);
}
