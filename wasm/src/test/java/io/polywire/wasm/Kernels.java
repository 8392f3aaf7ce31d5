package io.polywire.wasm;

import io.polywire.wasm.module.Module;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Programs for tests, compiled from the C files next to them. */
final class Kernels {
    /** A kernel's name, an argument for its function {@code run}, and the result. */
    record Kernel(String name, int argument, int result) {
        Module module() {
            return Module.decode(bytes(name));
        }
    }

    static final Kernel[] ALL = {
        new Kernel("fib", 30, 832040),
        new Kernel("sieve", 2_000_000, 148933),
        new Kernel("nbody", 100_000, -169079894),
        new Kernel("sha256", 30_000, -1)
    };

    private Kernels() {}

    static byte[] bytes(String name) {
        try (InputStream in = Kernels.class.getResourceAsStream("/kernels/" + name + ".wasm")) {
            if (in == null) {
                throw new IllegalArgumentException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
