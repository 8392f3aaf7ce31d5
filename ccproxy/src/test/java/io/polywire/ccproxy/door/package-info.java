@NullMarked
package io.polywire.ccproxy.door;

import org.jspecify.annotations.NullMarked;
