/** Lets Gate clients in over HTTP and WebSocket. */
@NullMarked
package io.polywire.gate.door;

import org.jspecify.annotations.NullMarked;
