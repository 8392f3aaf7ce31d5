/** Tests of the sockets, over real ones. */
@NullMarked
package io.polywire.net;

import org.jspecify.annotations.NullMarked;
