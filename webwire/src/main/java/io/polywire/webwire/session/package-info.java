/** Sessions of WebWire beyond their connections: which are active, and where they are stored. */
@NullMarked
package io.polywire.webwire.session;

import org.jspecify.annotations.NullMarked;
