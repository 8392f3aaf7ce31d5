/**
 * The WAMP door: WebSocket and RawSocket connections that become sessions of a realm.
 *
 * <p>A {@code WampConnection} keeps the state of one connection (HELLO to GOODBYE) and is the realm's link to the peer; a
 * {@code Wire} knows how messages are framed on its transport.
 */
@NullMarked
package io.polywire.wamp.door;

import org.jspecify.annotations.NullMarked;
