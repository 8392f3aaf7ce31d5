/** The messages of WebWire 1.1, and how they are written and read. */
@NullMarked
package io.polywire.webwire.message;

import org.jspecify.annotations.NullMarked;
