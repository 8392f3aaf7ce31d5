/** VMs as procedures and topics of a realm. */
@NullMarked
package io.polywire.ccproxy.bridge;

import org.jspecify.annotations.NullMarked;
