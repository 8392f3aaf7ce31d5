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
 * @param residents how many instances answer the calls, each call by one connection; 0: each call has one of its own
 * @param idle after which a resident instance without calls is suspended until the next one; zero: never
 * @param encoding of the documents that go in and out: JSON or CBOR
 * @param principal whose instances they are, null for nobody's
 * @param timeout after which an instance that has not answered is killed; zero: never
 * @param maxOutput most bytes of an answer
 */
public record ModuleProcedure(
        String uri,
        Program program,
        String function,
        int residents,
        Duration idle,
        Serialization encoding,
        @Nullable String principal,
        Duration timeout,
        int maxOutput) {
    public ModuleProcedure {
        if (residents < 0 || idle.isNegative()) {
            throw new IllegalArgumentException("neither a number of instances nor a time can be negative");
        }
    }

    /** A function that is run anew for each call, with JSON, at most 30 seconds, and answers of at most 1 MiB. */
    public static ModuleProcedure of(String uri, Program program, String function) {
        return new ModuleProcedure(
                uri, program, function, 0, Duration.ZERO, Serialization.JSON, null, Duration.ofSeconds(30), 1 << 20);
    }

    /** Whether instances outlive calls. */
    public boolean resident() {
        return residents > 0;
    }

    /** The same, answered by one instance that keeps its memory. */
    public ModuleProcedure asResident() {
        return asResident(1, Duration.ZERO);
    }

    /**
     * The same, answered by at most so many instances that keep their memories.
     *
     * @param most 0: each call has one of its own
     * @param idleTime after which one without calls is suspended; zero: never
     */
    public ModuleProcedure asResident(int most, Duration idleTime) {
        return new ModuleProcedure(uri, program, function, most, idleTime, encoding, principal, timeout, maxOutput);
    }

    /** The same with another encoding. */
    public ModuleProcedure encoding(Serialization other) {
        return new ModuleProcedure(uri, program, function, residents, idle, other, principal, timeout, maxOutput);
    }

    /** The same with another timeout. */
    public ModuleProcedure timeout(Duration other) {
        return new ModuleProcedure(uri, program, function, residents, idle, encoding, principal, other, maxOutput);
    }
}
