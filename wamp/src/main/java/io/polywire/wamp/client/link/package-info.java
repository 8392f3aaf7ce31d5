/** How a session's messages travel: the contract, and WebSocket and RawSocket. */
@NullMarked
package io.polywire.wamp.client.link;

import org.jspecify.annotations.NullMarked;
