/**
 * WebAssembly engine: instances of modules run as compiled JVM code, can be suspended anywhere, saved and resumed in
 * another process. Start with {@link io.polywire.wasm.module.Module#decode}, {@link io.polywire.wasm.Imports}, {@link
 * io.polywire.wasm.Instance} and {@link io.polywire.wasm.Execution}.
 *
 * <p>{@link io.polywire.wasm.Rt}, {@link io.polywire.wasm.Num}, {@link io.polywire.wasm.Frame}, {@link
 * io.polywire.wasm.Suspend} and the public fields of {@link io.polywire.wasm.Instance}, {@link
 * io.polywire.wasm.Memory}, {@link io.polywire.wasm.Global} and {@link io.polywire.wasm.Func} are public for generated
 * code only.
 */
@NullMarked
package io.polywire.wasm;

import org.jspecify.annotations.NullMarked;
