/** The proxy: clients on one side, VMs on the other. */
@NullMarked
package io.polywire.ccproxy.door;

import org.jspecify.annotations.NullMarked;
