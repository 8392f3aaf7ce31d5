package io.polywire.gate.door;

import java.util.Set;

/**
 * Owner of a key, as a token names it.
 *
 * @param id {@code ed25519:X}
 * @param scope what the token asks for
 */
public record Principal(String id, Set<String> scope) {
    public Principal {
        scope = Set.copyOf(scope);
    }
}
