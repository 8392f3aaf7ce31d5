package io.polywire.net;

/**
 * Something with deadlines. One periodic task per loop walks all of them: a timer per connection would cost memory and
 * time on every message.
 */
abstract sealed class Tended permits Connection, HttpConnection, Http2Connection, Sniffer {
    /** Position in the loop's list, -1 outside; owned by {@link Loop}. */
    int index = -1;

    /** Called about twice a second with {@link System#nanoTime}. */
    abstract void tick(long now);

    /** The loop is about to stop: say goodbye. */
    abstract void shutDown();
}
