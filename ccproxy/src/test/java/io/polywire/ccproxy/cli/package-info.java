@NullMarked
package io.polywire.ccproxy.cli;

import org.jspecify.annotations.NullMarked;
