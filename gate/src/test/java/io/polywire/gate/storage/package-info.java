@NullMarked
package io.polywire.gate.storage;

import org.jspecify.annotations.NullMarked;
