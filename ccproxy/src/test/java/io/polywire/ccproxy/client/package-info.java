@NullMarked
package io.polywire.ccproxy.client;

import org.jspecify.annotations.NullMarked;
