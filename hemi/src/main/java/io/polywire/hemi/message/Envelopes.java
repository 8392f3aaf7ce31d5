package io.polywire.hemi.message;

import io.polywire.hemi.message.JsonReader.Token;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

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
        if (commands != null) {
            try {
                return parse(octets, offset, length, commands);
            } catch (HemiException bad) {
                // Which of several faults counts shows when all of the message was seen.
            }
        }
        return parse(octets, offset, length, null);
    }

    private static Envelope parse(byte[] octets, int offset, int length, @Nullable CommandSet commands) {
        JsonReader in = new JsonReader(octets, offset, length);
        Builder builder = new Builder(commands);
        Token first = in.next();
        if (first == Token.OBJECT) {
            builder.members(in);
        } else if (first != Token.NULL) {
            throw new MalformedMessageException("the message is no JSON object");
        }
        in.finish();
        return new Envelope(
                builder.command,
                builder.id,
                octets,
                builder.payloadStart,
                builder.payloadLength,
                commands,
                builder.understood);
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

        void members(JsonReader in) {
            String name;
            while ((name = in.nextName()) != null) {
                Token value = in.next();
                if (name.equals("header")) {
                    if (value == Token.OBJECT) {
                        header(in);
                    } else if (value != Token.NULL) {
                        throw new MalformedMessageException("header is no object");
                    }
                } else if (name.equals("payload")) {
                    payload(in, value);
                } else {
                    in.skip(value);
                }
            }
        }

        private void header(JsonReader in) {
            understood = null; // what was read was of another command
            String name;
            while ((name = in.nextName()) != null) {
                Token value = in.next();
                if (name.equals("command")) {
                    command = text(in, value, name, command);
                } else if (name.equals("id")) {
                    id = text(in, value, name, id);
                } else {
                    in.skip(value);
                }
            }
        }

        private static String text(JsonReader in, Token value, String name, String before) {
            return switch (value) {
                case STRING -> in.string();
                case NULL -> before;
                default -> throw new MalformedMessageException(name + " is no string");
            };
        }

        private void payload(JsonReader in, Token value) {
            payloadStart = in.start();
            RecordType<?> type = commands == null ? null : commands.type(command);
            if (type != null && value == Token.OBJECT) {
                understood = type.read(in);
            } else {
                understood = null;
                in.skip(value);
            }
            payloadLength = in.position() - payloadStart;
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
