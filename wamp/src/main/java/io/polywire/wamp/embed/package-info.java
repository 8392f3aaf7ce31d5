/**
 * A router in the program's own process: {@link io.polywire.wamp.embed.Polywire} starts one, and joins its realms without a
 * socket.
 */
@NullMarked
package io.polywire.wamp.embed;

import org.jspecify.annotations.NullMarked;
