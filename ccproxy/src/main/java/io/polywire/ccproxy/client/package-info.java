/** The client of a proxy. */
@NullMarked
package io.polywire.ccproxy.client;

import org.jspecify.annotations.NullMarked;
