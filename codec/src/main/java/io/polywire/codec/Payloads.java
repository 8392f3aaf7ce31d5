package io.polywire.codec;

import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in a payload. The values have the types of {@link io.polywire.model.Dict}; lists and maps are unmodifiable.
 *
 * <p>A payload that was decoded from a message is valid already; only one that was made by {@link Payload#encoded} from
 * other octets can cause a {@link ProtocolViolation} here. Values take up to 50 times the room of their octets: who
 * reads a payload of strangers should look at its length first.
 */
public final class Payloads {
    private Payloads() {}

    /**
     * The Arguments; empty where there are none. Arguments that are binary as a whole (payload passthru of older
     * clients) are one {@code byte[]}.
     */
    public static List<@Nullable Object> args(Payload payload) {
        if (payload.isEmpty()) {
            return List.of();
        }
        if (payload.args() != null) {
            return Collections.unmodifiableList(payload.args());
        }
        Reader in = reader(payload);
        int token = in.next();
        return token == Reader.LIST ? in.list() : Arrays.asList(in.value(token));
    }

    /** The ArgumentsKw; empty where there are none. */
    public static Map<String, @Nullable Object> kwargs(Payload payload) {
        if (payload.elements() < 2) {
            return Map.of();
        }
        if (payload.kwargs() != null) {
            return Collections.unmodifiableMap(payload.kwargs());
        }
        Reader in = reader(payload);
        in.skip(in.next());
        if (in.next() != Reader.MAP) {
            throw new ProtocolViolation("ArgumentsKw must be a dict");
        }
        return in.map();
    }

    /**
     * The payload encoded in this serialization; the empty one as it is. Remembered by the payload.
     *
     * <p>What another serialization has no word for: binary is a string of U+0000 and Base64 in JSON, and back;
     * infinities and NaN are null in JSON; integers beyond 64 bits are doubles in MessagePack; tags of CBOR and types of
     * MessagePack extensions are dropped; undefined is null. Equal keys of a map stay as they are.
     *
     * @throws IllegalArgumentException if the payload has values that are none of a message
     */
    public static Payload in(Payload payload, Serialization serialization) {
        return payload.in(serialization, Payloads::translate);
    }

    private static Payload translate(Payload payload, Serialization wanted) {
        Writer writer = Codecs.wire(wanted).writer();
        Encoded out = new Encoded();
        if (payload.serialization() == null) {
            writer.value(out, args(payload));
            if (payload.elements() == 2) {
                writer.map(out, kwargs(payload));
            }
        } else {
            Reader in = reader(payload);
            for (int i = 0; i < payload.elements(); i++) {
                writer.copy(in, in.next(), out);
            }
        }
        byte[] octets = out.toByteArray();
        return Payload.encoded(wanted, octets, 0, octets.length, payload.elements());
    }

    private static Reader reader(Payload payload) {
        Serialization serialization = payload.serialization();
        if (serialization == null) {
            throw new IllegalArgumentException("the payload is not encoded");
        }
        return Codecs.wire(serialization).reader(payload.octets(), payload.offset(), payload.length());
    }
}
