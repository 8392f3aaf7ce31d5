package io.polywire.wamp.client;

import io.polywire.codec.Payloads;
import io.polywire.codec.Values;
import io.polywire.model.Dict;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Payload passthru mode (WAMP, "Payload Passthru Mode"): the router carries the payload as one binary value.
 *
 * <p>Without a cipher, arguments are packed and unpacked here with the serializer. With a cipher, or a serializer that is
 * unknown here, the program does it: it sends one {@code byte[]} and receives one.
 *
 * @param scheme {@code wamp}, {@code mqtt} or {@code x_…}
 * @param serializer {@code json}, {@code msgpack}, {@code cbor}, another one that both ends know, or null for {@code native},
 *     which here means that the program packs and unpacks
 * @param cipher such as {@code aes256gcm}, null for none
 * @param keyId which key, null for none
 */
public record Passthru(
        String scheme,
        @Nullable String serializer,
        @Nullable String cipher,
        @Nullable String keyId) {
    public Passthru {
        if (scheme.isEmpty()) {
            throw new IllegalArgumentException("a passthru scheme must not be empty");
        }
    }

    /** Scheme {@code wamp}, packed as CBOR, not encrypted. */
    public static final Passthru CBOR = new Passthru("wamp", "cbor", null, null);

    void addTo(Map<String, @Nullable Object> options) {
        options.put("ppt_scheme", scheme);
        if (serializer != null) {
            options.put("ppt_serializer", serializer);
        }
        if (cipher != null) {
            options.put("ppt_cipher", cipher);
        }
        if (keyId != null) {
            options.put("ppt_keyid", keyId);
        }
    }

    /** The payload to send: one binary argument. */
    Payload pack(Arguments arguments) {
        if (arguments.map().isEmpty() && arguments.size() == 1 && arguments.get(0) instanceof byte[]) {
            return arguments.payload();
        }
        Serialization s = cipher == null ? serialization(serializer) : null;
        if (s == null) {
            throw new IllegalArgumentException("with " + this + " the one argument must be the packed byte[]");
        }
        Map<String, @Nullable Object> whole = new LinkedHashMap<>();
        whole.put("args", arguments.list());
        whole.put("kwargs", arguments.map());
        return Payload.of(Values.write(s, whole));
    }

    /** What was packed, if it can be unpacked here; else the payload itself. */
    static Payload unpack(Dict details, Payload payload) {
        if (details.get("ppt_scheme") == null || details.get("ppt_cipher") != null || payload.isEmpty()) {
            return payload;
        }
        Serialization s = details.get("ppt_serializer") instanceof String name ? serialization(name) : null;
        List<@Nullable Object> args = Payloads.args(payload);
        if (s == null || args.size() != 1 || !(args.getFirst() instanceof byte[] packed)) {
            return payload;
        }
        if (!(Values.read(s, packed, 0, packed.length) instanceof Map<?, ?> whole)) {
            throw new ProtocolViolation("a packed payload must be a dict");
        }
        Object list = whole.get("args");
        Object map = whole.get("kwargs");
        return Payload.of(
                list instanceof List<?> l ? l : List.of(), map instanceof Map<?, ?> m ? Convert.strings(m) : Map.of());
    }

    private static @Nullable Serialization serialization(@Nullable String name) {
        return switch (name == null ? "" : name.toLowerCase(Locale.ROOT)) {
            case "json" -> Serialization.JSON;
            case "msgpack" -> Serialization.MSGPACK;
            case "cbor" -> Serialization.CBOR;
            default -> null;
        };
    }
}
