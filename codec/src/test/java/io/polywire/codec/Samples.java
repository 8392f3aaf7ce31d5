package io.polywire.codec;

import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import java.lang.reflect.RecordComponent;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the tests of this room share. */
final class Samples {
    private Samples() {}

    /** Octets from hexadecimal digits, white space ignored. */
    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
    }

    static Message decode(Serialization serialization, byte[] octets) {
        return Codecs.of(serialization).decode(octets, 0, octets.length);
    }

    static byte[] encode(Serialization serialization, Message message) {
        Encoded out = new Encoded();
        Codecs.of(serialization).encode(message, out);
        byte[] octets = out.toByteArray();
        if (octets.length != out.length()) {
            throw new AssertionError("length is " + out.length() + " of " + octets.length);
        }
        return octets;
    }

    /** All of a message as text: payloads by their values, so that it is the same from all serializations. */
    static String shown(Message message) {
        StringBuilder text = new StringBuilder(message.getClass().getSimpleName());
        for (RecordComponent component : message.getClass().getRecordComponents()) {
            try {
                Object value = component.getAccessor().invoke(message);
                text.append(' ').append(component.getName()).append('=').append(shown(value));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
            }
        }
        return text.toString();
    }

    static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Payload p -> p.elements() + shown(Payloads.args(p)) + shown(Payloads.kwargs(p));
            case byte[] octets -> "h'" + HexFormat.of().formatHex(octets) + "'";
            case String s -> '"' + s + '"';
            case List<?> list -> list.stream().map(Samples::shown).toList().toString();
            case Map<?, ?> map -> {
                Map<String, String> sorted = new TreeMap<>();
                map.forEach((k, v) -> sorted.put(shown(k), shown(v)));
                yield sorted.toString();
            }
            case io.polywire.model.Dict dict -> shown(dict.asMap());
            default -> value.getClass().getSimpleName() + value;
        };
    }
}
