@NullMarked
package io.polywire.wasm.compile;

import org.jspecify.annotations.NullMarked;
