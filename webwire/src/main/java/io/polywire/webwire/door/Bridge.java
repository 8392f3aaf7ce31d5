package io.polywire.webwire.door;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.polywire.codec.Payloads;
import io.polywire.codec.Values;
import io.polywire.model.Serialization;
import io.polywire.webwire.message.Encoding;
import io.polywire.webwire.message.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a payload of WebWire is in a realm, and back. */
final class Bridge {
    private static final String ERROR_PREFIX = "webwire.error.";

    private Bridge() {}

    /** The detail {@code _encoding}. */
    static String name(Encoding encoding) {
        return encoding.name().toLowerCase(Locale.ROOT);
    }

    /** Octets, or a string; null if the text is malformed. */
    static @Nullable Object value(Payload payload) {
        if (payload.encoding() == Encoding.BINARY) {
            return payload.data();
        }
        try {
            return (payload.encoding() == Encoding.UTF8 ? UTF_8 : UTF_16LE)
                    .newDecoder() // reports what is malformed
                    .decode(ByteBuffer.wrap(payload.data()))
                    .toString();
        } catch (CharacterCodingException malformed) {
            return null;
        }
    }

    /**
     * A payload of the realm.
     *
     * @param asked the encoding of the request that it answers
     * @return empty, in the encoding that was asked, if there is nothing
     */
    static Payload payload(io.polywire.model.Payload from, Encoding asked) {
        List<@Nullable Object> args = Payloads.args(from);
        Map<String, @Nullable Object> kwargs = Payloads.kwargs(from);
        if (kwargs.isEmpty() && args.size() <= 1) {
            return args.isEmpty() ? new Payload(asked, Payload.EMPTY.data()) : payload(args.getFirst(), asked);
        }
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        if (!args.isEmpty()) {
            all.put("args", args);
        }
        if (!kwargs.isEmpty()) {
            all.put("kwargs", kwargs);
        }
        return json(all);
    }

    private static Payload payload(@Nullable Object value, Encoding asked) {
        return switch (value) {
            case String text -> asked == Encoding.UTF16 ? Payload.utf16(text) : Payload.utf8(text);
            case byte[] octets -> Payload.binary(octets);
            case null, default -> json(value);
        };
    }

    private static Payload json(@Nullable Object value) {
        return new Payload(Encoding.UTF8, Values.write(Serialization.JSON, value));
    }

    /** {@code webwire.error.CODE} is CODE here, any other URI is itself; the text is the first argument, if it is one. */
    static RequestException error(String uri, io.polywire.model.Payload payload) {
        String code = uri.startsWith(ERROR_PREFIX) ? uri.substring(ERROR_PREFIX.length()) : uri;
        List<@Nullable Object> args = Payloads.args(payload);
        if (args.isEmpty()) {
            return new RequestException(code);
        }
        return args.getFirst() instanceof String text
                ? new RequestException(code, text)
                : new RequestException(code, new String(Values.write(Serialization.JSON, args), UTF_8));
    }
}
