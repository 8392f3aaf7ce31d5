/** The JSON messages of the API socket and their framing. */
@NullMarked
package io.polywire.ccproxy.message;

import org.jspecify.annotations.NullMarked;
