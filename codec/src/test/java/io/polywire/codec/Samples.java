package io.polywire.codec;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the tests of this room share. */
final class Samples {
    /** Some of each kind of field and value. */
    static final List<Message> MESSAGES = List.of(
            new Message.Hello("realm1", Dict.of(Map.of("roles", Map.of("caller", Map.of("features", Map.of()))))),
            new Message.Welcome(1L << 53, Dict.of("x", List.of(1L, 2.5, "ä€\uD83D\uDE00", new byte[] {1, 2, 3}))),
            new Message.Call(300, Dict.of("timeout", 70000L), "com.example.add", Payload.of(1L, -1L, -40000L)),
            new Message.Publish(
                    70000,
                    Dict.EMPTY,
                    "t",
                    Payload.of(
                            Arrays.asList(null, true, 1.5, new BigInteger("18446744073709551615"), new byte[300]),
                            Map.of("k", "\"\\\n\u0001 a longer text without escapes", "l", List.of(List.of())))),
            new Message.ErrorMessage(68, 1, Dict.EMPTY, "a.b", Payload.of(List.of(), Map.of("k", 1L))),
            new Message.Unsubscribed(0, Dict.of("reason", "r")),
            new Message.Subscribed(1, 2));

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
            case Dict dict -> shown(dict.asMap());
            default -> value.getClass().getSimpleName() + value;
        };
    }
}
