/** The messages that peers and a realm exchange, free of any transport or serialization. */
@NullMarked
package io.polywire.model;

import org.jspecify.annotations.NullMarked;
