package io.polywire.wamp.auth;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The principals of a configuration. Immutable. */
public final class StaticPrincipals implements PrincipalSource {
    private record Realm(TreeMap<String, Principal> byName, Map<String, Principal> byKey) {}

    private final Map<String, Realm> realms = new HashMap<>();

    /**
     * @param byRealm the principals of each realm
     * @throws IllegalArgumentException if two of a realm have the same name or the same key
     */
    public StaticPrincipals(Map<String, List<Principal>> byRealm) {
        byRealm.forEach((name, principals) -> {
            Realm realm = new Realm(new TreeMap<>(), new HashMap<>());
            realms.put(name, realm);
            for (Principal principal : principals) {
                add(name, realm, principal);
            }
        });
    }

    private static void add(String name, Realm realm, Principal principal) {
        if (realm.byName.put(principal.authid(), principal) != null) {
            throw new IllegalArgumentException("realm " + name + " has two principals " + principal.authid());
        }
        for (Credential one : principal.credentials()) {
            String key = key(one);
            if (key != null && realm.byKey.put(key, principal) != null) {
                throw new IllegalArgumentException("realm " + name + " has two principals with the key " + key);
            }
        }
    }

    /** The text by which a principal is found by its key; null for credentials that are no keys. */
    public static @Nullable String key(Credential credential) {
        return switch (credential) {
            case Credential.PublicKey publicKey -> HexFormat.of().formatHex(publicKey.key());
            case Credential.Certificate certificate -> certificate.fingerprint();
            default -> null;
        };
    }

    @Override
    public @Nullable Principal find(String realm, String authid) {
        Realm in = realms.get(realm);
        return in == null ? null : in.byName.get(authid);
    }

    @Override
    public @Nullable Principal byKey(String realm, String key) {
        Realm in = realms.get(realm);
        return in == null ? null : in.byKey.get(key);
    }

    @Override
    public @Nullable Principal near(String realm, String text) {
        Realm in = realms.get(realm);
        if (in == null || in.byName.isEmpty()) {
            return null;
        }
        Map.Entry<String, Principal> next = in.byName.ceilingEntry(text);
        return next == null ? in.byName.firstEntry().getValue() : next.getValue();
    }
}
