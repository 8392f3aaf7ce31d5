package io.polywire.store;

import io.polywire.codec.Values;
import io.polywire.model.Serialization;
import io.polywire.wamp.auth.Credential;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A credential as the store keeps it.
 *
 * @param kind its sort
 * @param data a CBOR map of its parts
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record CredentialForm(String kind, byte[] data) {
    static final String TOKEN = "token";
    private static final String SHARED = "wampcra";
    private static final String SCRAM = "scram";
    private static final String KEY = "cryptosign";
    private static final String CERTIFICATE = "tls";

    static CredentialForm of(Credential credential) {
        Map<String, @Nullable Object> parts = new LinkedHashMap<>();
        String kind = switch (credential) {
            case Credential.Token token -> {
                parts.put("sha256", token.sha256());
                parts.put("expires", token.expires());
                yield TOKEN;
            }
            case Credential.Shared shared -> {
                parts.put("key", shared.key());
                Credential.Salt salt = shared.salt();
                if (salt != null) {
                    parts.put("salt", salt.salt());
                    parts.put("iterations", salt.iterations());
                    parts.put("keylen", salt.keylen());
                }
                yield SHARED;
            }
            case Credential.Scram scram -> {
                put(parts, scram);
                yield SCRAM;
            }
            case Credential.PublicKey key -> {
                parts.put("key", key.key());
                yield KEY;
            }
            case Credential.Certificate certificate -> {
                parts.put("fingerprint", certificate.fingerprint());
                yield CERTIFICATE;
            }
        };
        return new CredentialForm(kind, Values.write(Serialization.CBOR, parts));
    }

    private static void put(Map<String, @Nullable Object> parts, Credential.Scram scram) {
        parts.put("salt", scram.salt());
        parts.put("kdf", scram.cost().kdf().text());
        parts.put("iterations", scram.cost().iterations());
        parts.put("memory", scram.cost().memory());
        parts.put("stored", scram.keys().stored());
        parts.put("server", scram.keys().server());
        Credential.Keys text = scram.textKeys();
        if (text != null) {
            parts.put("textStored", text.stored());
            parts.put("textServer", text.server());
        }
    }

    Credential credential() {
        Parts parts = parts();
        return switch (kind) {
            case TOKEN -> new Credential.Token(parts.octets("sha256"), parts.number("expires"));
            case SHARED ->
                new Credential.Shared(
                        parts.octets("key"),
                        parts.map.containsKey("salt")
                                ? new Credential.Salt(
                                        parts.text("salt"), parts.integer("iterations"), parts.integer("keylen"))
                                : null);
            case SCRAM ->
                new Credential.Scram(
                        parts.octets("salt"),
                        new Credential.Cost(
                                Credential.Kdf.of(parts.text("kdf")),
                                parts.integer("iterations"),
                                parts.integer("memory")),
                        new Credential.Keys(parts.octets("stored"), parts.octets("server")),
                        parts.map.containsKey("textStored")
                                ? new Credential.Keys(parts.octets("textStored"), parts.octets("textServer"))
                                : null);
            case KEY -> new Credential.PublicKey(parts.octets("key"));
            case CERTIFICATE -> new Credential.Certificate(parts.text("fingerprint"));
            default -> throw new StoreException("the store has a credential of the unknown kind " + kind);
        };
    }

    /** For a person to read; no secret. */
    String shown() {
        return switch (credential()) {
            case Credential.Token token ->
                token.expires() == Long.MAX_VALUE ? "token" : "token until " + Instant.ofEpochMilli(token.expires());
            case Credential.Shared shared -> shared.salt() == null ? "wampcra" : "wampcra (salted)";
            case Credential.Scram scram ->
                "wamp-scram and ticket (" + scram.cost().kdf().text() + ")";
            case Credential.PublicKey key -> "cryptosign " + HexFormat.of().formatHex(key.key());
            case Credential.Certificate certificate -> "tls " + certificate.fingerprint();
        };
    }

    private Parts parts() {
        if (Values.read(Serialization.CBOR, data, 0, data.length) instanceof Map<?, ?> map) {
            return new Parts(map);
        }
        throw new StoreException("the store has a damaged credential");
    }

    private record Parts(Map<?, ?> map) {
        byte[] octets(String name) {
            if (map.get(name) instanceof byte[] octets) {
                return octets;
            }
            throw damaged(name);
        }

        String text(String name) {
            if (map.get(name) instanceof String text) {
                return text;
            }
            throw damaged(name);
        }

        long number(String name) {
            if (map.get(name) instanceof Long number) {
                return number;
            }
            throw damaged(name);
        }

        int integer(String name) {
            return Math.toIntExact(number(name));
        }

        private static StoreException damaged(String name) {
            return new StoreException("the store has a credential without " + name);
        }
    }
}
