package io.polywire.webwire.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polywire.codec.Values;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import io.polywire.webwire.message.Message.ErrorReply;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON inside of messages, written as the original does. */
final class Json {
    private Json() {}

    static @Nullable Object read(byte[] in, int off, int len) {
        return Values.read(Serialization.JSON, in, off, len);
    }

    /** A value, with the characters escaped that the original escapes. They occur in strings only. */
    static String write(@Nullable Object value) {
        String json = new String(Values.write(Serialization.JSON, value), UTF_8);
        StringBuilder out = new StringBuilder(json.length() + 16);
        for (int i = 0; i < json.length(); i++) {
            escape(out, json.charAt(i));
        }
        return out.toString();
    }

    static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 32) {
                        hex(out, c);
                    } else {
                        escape(out, c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static void escape(StringBuilder out, char c) {
        switch (c) {
            case '<', '>', '&', '\u2028', '\u2029' -> hex(out, c);
            default -> out.append(c);
        }
    }

    private static void hex(StringBuilder out, char c) {
        out.append("\\u").append(String.format("%04x", (int) c));
    }

    /** Whatever cannot be read is empty: a request has failed all the same. */
    static ErrorReply errorReply(long id, byte[] in, int off, int len) {
        String code = "";
        String message = "";
        try {
            if (read(in, off, len) instanceof Map<?, ?> members) {
                code = member(members, "c") instanceof String s ? s : "";
                message = member(members, "m") instanceof String s ? s : "";
            }
        } catch (ProtocolViolation unreadable) {
            return new ErrorReply(id, "", "");
        }
        return new ErrorReply(id, code, message);
    }

    /** The value of a member whose name is compared without regard to case. */
    static @Nullable Object member(Map<?, ?> members, String name) {
        if (members.containsKey(name)) {
            return members.get(name);
        }
        for (Map.Entry<?, ?> member : members.entrySet()) {
            if (member.getKey() instanceof String key && key.equalsIgnoreCase(name)) {
                return member.getValue();
            }
        }
        return null;
    }
}
