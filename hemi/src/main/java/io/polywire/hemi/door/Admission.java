package io.polywire.hemi.door;

import io.polywire.hemi.login.PublicKey;
import io.polywire.router.HostedRealm;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides which of the clients that have proved their key are let in. It is asked only after the signature was checked, so
 * who does not hold a key cannot find out whether it would be let in. Thread-safe.
 */
@FunctionalInterface
public interface Admission {
    /**
     * The role of the holder of this key; empty to refuse it for good. A failure is logged and ends the connection, and the
     * client may try again. Called on a thread of an event loop; must not block.
     */
    CompletionStage<Optional<String>> role(PublicKey key);

    /** Every key, in one role. */
    static Admission everybody(String role) {
        return key -> CompletableFuture.completedFuture(Optional.of(role));
    }

    /**
     * The keys of a list.
     *
     * @param roles role of each key in compressed form and lower-case hexadecimal
     */
    static Admission keys(Map<String, String> roles) {
        Map<String, String> known = Map.copyOf(roles);
        return key -> CompletableFuture.completedFuture(Optional.ofNullable(known.get(key.hex())));
    }

    /**
     * Asks a procedure of a realm with args [realm, key in hexadecimal, {@code {authmethod: "secp256k1"}}]; it answers with
     * the role, or an object that has it as {@code role}. Errors of its own, and {@code wamp.error.not_authorized}, refuse
     * the key.
     *
     * @param timeout after which the question counts as failed
     */
    static Admission procedure(HostedRealm realm, String procedure, Duration timeout) {
        return new ProcedureAdmission(realm, procedure, timeout);
    }
}
