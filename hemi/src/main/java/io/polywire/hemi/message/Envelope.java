package io.polywire.hemi.message;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A message as it came: its header, and where its payload stands. The octets are those that were received; nobody may
 * write to them any more.
 */
public final class Envelope {
    private final String command;
    private final String id;
    private final byte[] octets;
    private final int offset;
    private final int length;
    private final @Nullable CommandSet reader;
    private final @Nullable Record understood;

    /**
     * @param reader the commands that understood the payload
     * @param understood the payload, if they did
     */
    Envelope(
            String command,
            String id,
            byte[] octets,
            int offset,
            int length,
            @Nullable CommandSet reader,
            @Nullable Record understood) {
        this.command = command;
        this.id = id;
        this.octets = octets;
        this.offset = offset;
        this.length = length;
        this.reader = reader;
        this.understood = understood;
    }

    /** Empty if there is none. */
    public String command() {
        return command;
    }

    /** Empty if there is none. */
    public String id() {
        return id;
    }

    /** Hold the message. */
    public byte[] octets() {
        return octets;
    }

    /** Place of the payload's first octet. */
    public int offset() {
        return offset;
    }

    /** Octets of the payload; 0 if there is none. */
    public int length() {
        return length;
    }

    /** Whether the payload is JSON's null. */
    public boolean payloadIsNull() {
        return length == 4 && octets[offset] == 'n';
    }

    /** Whether the payload is a JSON object. */
    public boolean payloadIsObject() {
        return length > 0 && octets[offset] == '{';
    }

    /** A copy of the payload's JSON. */
    public byte[] payload() {
        return Arrays.copyOfRange(octets, offset, offset + length);
    }

    /** The payload, if these commands have read it along with the message. */
    @Nullable
    @SuppressWarnings("ReferenceEquality") // What another set has read is of no use, however equal it is.
    Record understoodBy(CommandSet commands) {
        return commands == reader ? understood : null;
    }
}
