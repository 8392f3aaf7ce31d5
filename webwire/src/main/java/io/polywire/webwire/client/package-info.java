/** A client of WebWire 1.1 servers, the original ones among them. */
@NullMarked
package io.polywire.webwire.client;

import org.jspecify.annotations.NullMarked;
