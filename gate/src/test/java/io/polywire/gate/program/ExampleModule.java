package io.polywire.gate.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The programs of {@code examples/gate}, as they are kept there. */
public final class ExampleModule {
    public static final Path FOLDER = Path.of("../examples/gate");

    private ExampleModule() {}

    public static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(FOLDER.resolve(name + ".wasm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Program program(String name) {
        return Program.of(bytes(name), ProgramLimits.DEFAULT);
    }
}
