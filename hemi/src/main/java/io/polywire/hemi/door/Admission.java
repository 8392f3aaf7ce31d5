package io.polywire.hemi.door;

import io.polywire.hemi.login.PublicKey;
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
     * The role of the holder of this key; empty to refuse it. A failure refuses it as well and is logged. Called on a
     * thread of the login; must not block.
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
}
