package io.polywire.server.config;

import io.polywire.gate.door.GateSettings;
import io.polywire.model.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Gate door and what joins it and a realm.
 *
 * @param door the web API; its folder is the server's affair
 * @param realm in which programs are sessions and Gate has procedures; null: none
 * @param role of programs in that realm
 * @param procedures functions of modules that are procedures there
 */
public record GateConfig(GateSettings door, @Nullable String realm, String role, List<Procedure> procedures) {
    /** The role of programs if nobody says otherwise. */
    public static final String ROLE = "anonymous";

    /**
     * A function as procedure.
     *
     * @param uri of the procedure
     * @param module file with the module
     * @param function entry function; empty: {@code _start}
     * @param residents instances that answer one call after the other; 0: one for each call
     * @param idle after which one of them without calls is suspended; zero: never
     * @param encoding of what goes in and out, JSON or CBOR
     * @param timeout after which an instance that has not answered is killed; zero: never
     */
    public record Procedure(
            String uri,
            Path module,
            String function,
            int residents,
            Duration idle,
            Serialization encoding,
            Duration timeout) {}

    public GateConfig {
        procedures = List.copyOf(procedures);
    }

    /** Everybody is let in, and programs are sessions of that realm. */
    static GateConfig development(String realm) {
        return new GateConfig(GateSettings.DEFAULT, realm, ROLE, List.of());
    }
}
