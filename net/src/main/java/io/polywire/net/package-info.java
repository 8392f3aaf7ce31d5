/**
 * Sockets: event loops, listeners, HTTP, WebSocket, byte streams and the clients of the latter two.
 *
 * <p>Knows no application protocol: those are {@linkplain io.polywire.net.HttpDoor doors} that are handed messages and
 * slices of bytes. Threads: a connection belongs to one {@link io.polywire.net.Loop}; every handler method is called
 * there and must not block, and every method of a connection, an exchange or an output is called there unless its
 * documentation says otherwise. {@link io.polywire.net.Connection#execute} leads there from any thread.
 */
@NullMarked
package io.polywire.net;

import org.jspecify.annotations.NullMarked;
