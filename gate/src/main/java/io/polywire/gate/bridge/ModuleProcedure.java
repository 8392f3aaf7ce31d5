package io.polywire.gate.bridge;

import io.polywire.gate.program.Program;
import io.polywire.model.Serialization;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A function of a module as a procedure of a realm.
 *
 * @param uri of the procedure
 * @param program checked module
 * @param function entry function; empty: none
 * @param resident whether one instance answers all calls, each by one connection; otherwise each call has its own
 * @param encoding of the documents that go in and out: JSON or CBOR
 * @param principal whose instances they are, null for nobody's
 * @param timeout after which an instance that has not answered is killed; zero: never
 * @param maxOutput most bytes of an answer
 */
public record ModuleProcedure(
        String uri,
        Program program,
        String function,
        boolean resident,
        Serialization encoding,
        @Nullable String principal,
        Duration timeout,
        int maxOutput) {
    /** A function that is run anew for each call, with JSON, at most 30 seconds, and answers of at most 1 MiB. */
    public static ModuleProcedure of(String uri, Program program, String function) {
        return new ModuleProcedure(
                uri, program, function, false, Serialization.JSON, null, Duration.ofSeconds(30), 1 << 20);
    }

    /** The same, answered by one instance that keeps its memory. */
    public ModuleProcedure asResident() {
        return new ModuleProcedure(uri, program, function, true, encoding, principal, timeout, maxOutput);
    }

    /** The same with another encoding. */
    public ModuleProcedure encoding(Serialization other) {
        return new ModuleProcedure(uri, program, function, resident, other, principal, timeout, maxOutput);
    }

    /** The same with another timeout. */
    public ModuleProcedure timeout(Duration other) {
        return new ModuleProcedure(uri, program, function, resident, encoding, principal, other, maxOutput);
    }
}
