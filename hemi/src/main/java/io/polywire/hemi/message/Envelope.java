package io.polywire.hemi.message;

import java.util.Arrays;

/**
 * A message as it came: its header, and where its payload stands. The octets are those that were received; nobody may
 * write to them any more.
 *
 * @param command empty if there is none
 * @param id empty if there is none
 * @param octets hold the message
 * @param offset of the payload's first octet
 * @param length of the payload; 0 if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // a slice, never compared
public record Envelope(String command, String id, byte[] octets, int offset, int length) {
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
}
