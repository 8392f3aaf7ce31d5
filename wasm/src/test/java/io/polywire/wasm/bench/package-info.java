/** Speed of the engine beside others; not part of the tests. */
@NullMarked
package io.polywire.wasm.bench;

import org.jspecify.annotations.NullMarked;
