/** Command line of the engine: run, validate, spec-test. */
@NullMarked
package io.polywire.wasm.cli;

import org.jspecify.annotations.NullMarked;
