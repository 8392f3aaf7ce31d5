@NullMarked
package io.polywire.gate.message;

import org.jspecify.annotations.NullMarked;
