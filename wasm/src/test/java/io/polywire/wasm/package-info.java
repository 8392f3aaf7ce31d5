/** Tests of the engine. */
@NullMarked
package io.polywire.wasm;

import org.jspecify.annotations.NullMarked;
