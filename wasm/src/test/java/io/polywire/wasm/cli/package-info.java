/** Tests of the command line. */
@NullMarked
package io.polywire.wasm.cli;

import org.jspecify.annotations.NullMarked;
