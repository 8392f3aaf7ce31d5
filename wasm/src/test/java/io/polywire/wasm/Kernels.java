package io.polywire.wasm;

import io.polywire.wasm.module.Module;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Programs for tests, compiled from the C files next to them. */
final class Kernels {
    /** A kernel's name, an argument for its function {@code run}, and about how often it polls at most. */
    record Kernel(String name, int argument, int polls) {
        Module module() {
            return Module.decode(bytes(name));
        }
    }

    static final Kernel[] ALL = {
        new Kernel("fib", 18, 8_000),
        new Kernel("sieve", 20_000, 70_000),
        new Kernel("nbody", 3_000, 30_000),
        new Kernel("sha256", 300, 35_000)
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
