/**
 * The server side of WebWire 1.1: an embedded server with the hooks of the original ({@link
 * io.polywire.webwire.door.Server}), and the door of a realm.
 */
@NullMarked
package io.polywire.webwire.door;

import org.jspecify.annotations.NullMarked;
