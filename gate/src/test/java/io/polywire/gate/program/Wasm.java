package io.polywire.gate.program;

import io.polywire.gate.message.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** The test programs. */
public final class Wasm {
    private Wasm() {}

    /** Bytes of a test program. */
    public static byte[] bytes(String name) {
        try (InputStream in = Wasm.class.getResourceAsStream("/gate/programs/" + name + ".wasm")) {
            if (in == null) {
                throw new IllegalArgumentException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Program program(String name) {
        return Program.of(bytes(name), ProgramLimits.DEFAULT);
    }

    /** Status once it has stopped. */
    public static Status end(Guest guest) throws Exception {
        return guest.whenStopped().get(30, TimeUnit.SECONDS);
    }
}
