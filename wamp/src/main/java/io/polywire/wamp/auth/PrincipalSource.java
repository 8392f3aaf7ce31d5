package io.polywire.wamp.auth;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knows the principals of realms. Thread-safe. May block: it is asked on worker threads. */
public interface PrincipalSource {
    /** Knows nobody. */
    PrincipalSource EMPTY = of(List.of());

    /** The principal of that name, null if there is none. */
    @Nullable
    Principal find(String realm, String authid);

    /**
     * The principal to whom a key belongs.
     *
     * @param key an Ed25519 key or the fingerprint of a certificate, 64 hexadecimal digits in lower case
     */
    @Nullable
    Principal byKey(String realm, String key);

    /**
     * Any principal of the realm: the same one for the same text as long as the principals are the same. Decoys are modelled
     * on it, so that they have the methods and costs that real ones have.
     *
     * @return null if the realm has no principals
     */
    @Nullable
    Principal near(String realm, String text);

    /** Several sources as one; of principals with the same name the one in the first counts. */
    static PrincipalSource of(List<PrincipalSource> sources) {
        return new PrincipalSources(List.copyOf(sources));
    }
}
