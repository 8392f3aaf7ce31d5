@NullMarked
package io.polywire.ccproxy.unix;

import org.jspecify.annotations.NullMarked;
