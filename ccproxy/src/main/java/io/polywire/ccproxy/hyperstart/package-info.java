/** The control and I/O frames of hyperstart, the agent in a VM. */
@NullMarked
package io.polywire.ccproxy.hyperstart;

import org.jspecify.annotations.NullMarked;
