/**
 * WASI preview 1 ({@code wasi_snapshot_preview1}): arguments, environment, standard streams, clocks, random numbers,
 * exit, and files below folders that are granted by name.
 */
@NullMarked
package io.polywire.wasm.wasi;

import org.jspecify.annotations.NullMarked;
