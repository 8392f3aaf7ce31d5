/** The proxy and the client as commands. */
@NullMarked
package io.polywire.ccproxy.cli;

import org.jspecify.annotations.NullMarked;
