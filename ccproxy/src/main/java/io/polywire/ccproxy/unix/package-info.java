/**
 * AF_UNIX sockets with passed descriptors, on the C library of Linux (x86_64 and aarch64) through the foreign function
 * API; the channels of the JDK cannot pass descriptors. No native library of our own is needed.
 */
@NullMarked
package io.polywire.ccproxy.unix;

import org.jspecify.annotations.NullMarked;
