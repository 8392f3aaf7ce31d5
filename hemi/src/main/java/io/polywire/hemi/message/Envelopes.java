package io.polywire.hemi.message;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

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
        return read(octets, offset, length, null);
    }

    /**
     * The same, and what the payload says if the commands have it: then {@link CommandSet#read} has nothing left to do.
     *
     * @throws MalformedMessageException as above; but not for a payload that the commands do not understand
     */
    public static Envelope read(byte[] octets, int offset, int length, @Nullable CommandSet commands) {
        checkStart(octets, offset, length);
        if (commands != null) {
            try {
                return parse(octets, offset, length, commands);
            } catch (JacksonException | HemiException bad) {
                // Which of several faults counts shows when all of the message was seen.
            }
        }
        try {
            return parse(octets, offset, length, null);
        } catch (JacksonException bad) {
            throw new MalformedMessageException(bad.getOriginalMessage());
        }
    }

    private static Envelope parse(byte[] octets, int offset, int length, @Nullable CommandSet commands) {
        try (JsonParser in = Json.parser(octets, offset, length)) {
            Builder builder = new Builder(commands);
            JsonToken first = in.nextToken();
            if (first == JsonToken.START_OBJECT) {
                builder.members(in);
            } else if (first != JsonToken.VALUE_NULL) {
                throw new MalformedMessageException("the message is no JSON object");
            }
            if (in.nextToken() != null) {
                throw new MalformedMessageException("more than one JSON value");
            }
            int start = offset + builder.payloadStart;
            return new Envelope(
                    builder.command, builder.id, octets, start, builder.payloadLength, commands, builder.understood);
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
        private final @Nullable CommandSet commands;
        String command = "";
        String id = "";
        int payloadStart;
        int payloadLength;

        /** The payload, if the header stood before it. */
        @Nullable
        Record understood;

        Builder(@Nullable CommandSet commands) {
            this.commands = commands;
        }

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
            understood = null; // what was read was of another command
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
            RecordType<?> type = commands == null ? null : commands.type(command);
            if (type != null && in.currentToken() == JsonToken.START_OBJECT) {
                understood = type.read(in);
            } else {
                understood = null;
                in.finishToken();
                in.skipChildren();
            }
            payloadLength = (int) in.currentLocation().getByteOffset() - payloadStart;
        }
    }

    /**
     * A message with a payload that is JSON already.
     *
     * @param id left out if empty
     */
    public static byte[] write(String command, String id, byte[] payload, int offset, int length) {
        JsonText out = begin(command, id);
        out.raw(payload, offset, length);
        return end(out);
    }

    static JsonText begin(String command, String id) {
        JsonText out = new JsonText();
        out.raw(COMMAND);
        out.inside(command);
        if (!id.isEmpty()) {
            out.raw(ID);
            out.inside(id);
        }
        out.raw(PAYLOAD);
        return out;
    }

    static byte[] end(JsonText out) {
        out.raw(END);
        return out.toByteArray();
    }

    /** The member {@code error} of a payload that is an object; null if it has none. */
    public static @Nullable ProtocolError error(Envelope envelope) {
        ErrorOnly found = RecordType.of(ErrorOnly.class).read(envelope);
        return found == null ? null : found.error;
    }

    private record ErrorOnly(@Nullable ProtocolError error) {}
}
