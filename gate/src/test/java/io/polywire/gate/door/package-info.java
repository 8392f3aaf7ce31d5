@NullMarked
package io.polywire.gate.door;

import org.jspecify.annotations.NullMarked;
