/**
 * Compiler from WebAssembly to JVM classes. A function becomes a static method; see {@link
 * io.polywire.wasm.compile.FunctionCompiler} for the shape of the code and {@link io.polywire.wasm.compile.ModuleCode}
 * for the classes and when they are made.
 */
@NullMarked
package io.polywire.wasm.compile;

import org.jspecify.annotations.NullMarked;
