@NullMarked
package io.polywire.ccproxy.hyperstart;

import org.jspecify.annotations.NullMarked;
