/**
 * WebAssembly modules: binary decoder, validator and the records they fill. No code is generated and nothing runs
 * here. Section numbers in the documentation refer to the WebAssembly core specification 2.0.
 */
@NullMarked
package io.polywire.wasm.module;

import org.jspecify.annotations.NullMarked;
