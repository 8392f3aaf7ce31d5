package io.polywire.hemi.message;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Reads and writes envelopes: {@code {"header":{"command":"...","id":"..."},"payload":...}}. Unknown members are ignored,
 * of equal ones the last counts, null leaves a member as it is. Thread-safe.
 */
public final class Envelopes {
    private static final byte[] COMMAND = ascii("{\"header\":{\"command\":\"");
    private static final byte[] ID = ascii("\",\"id\":\"");
    private static final byte[] PAYLOAD = ascii("\"},\"payload\":");
    private static final byte[] END = ascii("}\n");

    private Envelopes() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The envelope in the octets, which it refers to.
     *
     * @throws MalformedMessageException if they are not exactly one JSON value in UTF-8, or a member has a wrong type
     */
    public static Envelope read(byte[] octets, int offset, int length) {
        checkStart(octets, offset, length);
        try (JsonParser in = Json.parser(octets, offset, length)) {
            Builder builder = new Builder();
            JsonToken first = in.nextToken();
            if (first == JsonToken.START_OBJECT) {
                builder.members(in);
            } else if (first != JsonToken.VALUE_NULL) {
                throw new MalformedMessageException("the message is no JSON object");
            }
            if (in.nextToken() != null) {
                throw new MalformedMessageException("more than one JSON value");
            }
            return new Envelope(
                    builder.command, builder.id, octets, offset + builder.payloadStart, builder.payloadLength);
        } catch (JacksonException bad) {
            throw new MalformedMessageException(bad.getOriginalMessage());
        }
    }

    /** The parser would guess UTF-16 and UTF-32, and skip a byte order mark. */
    private static void checkStart(byte[] octets, int offset, int length) {
        for (int i = 0; i < Math.min(4, length); i++) {
            if (octets[offset + i] == 0) {
                throw new MalformedMessageException("the message is not UTF-8");
            }
        }
        if (length == 0 || octets[offset] < 0) {
            throw new MalformedMessageException("no JSON value begins at octet 0");
        }
    }

    private static final class Builder {
        String command = "";
        String id = "";
        int payloadStart;
        int payloadLength;

        void members(JsonParser in) {
            String name;
            while ((name = in.nextName()) != null) {
                JsonToken value = in.nextToken();
                if (name.equals("header")) {
                    if (value == JsonToken.START_OBJECT) {
                        header(in);
                    } else if (value != JsonToken.VALUE_NULL) {
                        throw new MalformedMessageException("header is no object");
                    }
                } else if (name.equals("payload")) {
                    payload(in);
                } else {
                    in.skipChildren();
                }
            }
        }

        private void header(JsonParser in) {
            String name;
            while ((name = in.nextName()) != null) {
                JsonToken value = in.nextToken();
                if (name.equals("command")) {
                    command = text(in, value, command);
                } else if (name.equals("id")) {
                    id = text(in, value, id);
                } else {
                    in.skipChildren();
                }
            }
        }

        private static String text(JsonParser in, JsonToken value, String before) {
            return switch (value) {
                case VALUE_STRING -> Json.wellFormed(in.getString());
                case VALUE_NULL -> before;
                default -> throw new MalformedMessageException(in.currentName() + " is no string");
            };
        }

        private void payload(JsonParser in) {
            payloadStart = (int) in.currentTokenLocation().getByteOffset();
            in.finishToken();
            in.skipChildren();
            payloadLength = (int) in.currentLocation().getByteOffset() - payloadStart;
        }
    }

    /**
     * A message with a payload that is JSON already.
     *
     * @param id left out if empty
     */
    public static byte[] write(String command, String id, byte[] payload, int offset, int length) {
        Octets out = begin(command, id);
        out.write(payload, offset, length);
        return end(out);
    }

    static Octets begin(String command, String id) {
        Octets out = new Octets();
        out.write(COMMAND);
        quote(out, command);
        if (!id.isEmpty()) {
            out.write(ID);
            quote(out, id);
        }
        out.write(PAYLOAD);
        return out;
    }

    static byte[] end(Octets out) {
        out.write(END);
        return out.toByteArray();
    }

    private static void quote(Octets out, String text) {
        if (plain(text)) {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        } else {
            out.write(JsonStringEncoder.getInstance().quoteAsUTF8(Json.wellFormed(text)));
        }
    }

    private static boolean plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** The member {@code error} of a payload that is an object; null if it has none. */
    public static @Nullable ProtocolError error(Envelope envelope) {
        ErrorOnly found = RecordType.of(ErrorOnly.class).read(envelope);
        return found == null ? null : found.error;
    }

    private record ErrorOnly(@Nullable ProtocolError error) {}
}
