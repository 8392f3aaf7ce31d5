@NullMarked
package io.polywire.ccproxy.bridge;

import org.jspecify.annotations.NullMarked;
