@NullMarked
package io.polywire.ccproxy.message;

import org.jspecify.annotations.NullMarked;
