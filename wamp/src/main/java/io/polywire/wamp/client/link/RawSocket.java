package io.polywire.wamp.client.link;

import io.polywire.model.Serialization;

/**
 * The constants of the RawSocket transport (WAMP, "RawSocket Transport").
 *
 * <p>Handshake, both ways, four octets:
 *
 * <pre>
 *  0        1     2     3
 * +--------+----+----+--------+--------+
 * |  0x7F  | L  | S  |    0   |    0   |   L: takes messages of at most 2^(9+L) octets, S: serialization
 * +--------+----+----+--------+--------+   the router's refusal has its error number for L and 0 for S
 * </pre>
 *
 * <p>Frame:
 *
 * <pre>
 * +------+-+-----+--------------------------+
 * | RRRR |X| TTT |  length (24 bits)        |   R: zero; X with length 0: 2^24 octets; T: type
 * +------+-+-----+--------------------------+
 * </pre>
 */
final class RawSocket {
    static final int MAGIC = 0x7F;
    static final int HEADER = 4;

    static final int MESSAGE = 0;
    static final int PING = 1;
    static final int PONG = 2;

    static final int LONGEST = 1 << 24;

    private RawSocket() {}

    static int hello(int lengthNumber, Serialization serialization) {
        return MAGIC << 24 | lengthNumber << 20 | serialization(serialization) << 16;
    }

    static int serialization(Serialization serialization) {
        return switch (serialization) {
            case JSON -> 1;
            case MSGPACK -> 2;
            case CBOR -> 3;
        };
    }

    static int header(int type, int length) {
        return length == LONGEST ? (type | 8) << 24 : type << 24 | length;
    }

    /** The length in a header; {@link #LONGEST} and more where the bit X is set. */
    static int length(int header) {
        int length = header & 0xFFFFFF;
        return (header & 8 << 24) != 0 ? LONGEST + length : length;
    }

    static int type(int header) {
        return header >>> 24 & 7;
    }

    static boolean reservedBits(int header) {
        return header >>> 28 != 0;
    }

    /** The greatest number L such that messages of 2^(9+L) octets are within the limit. */
    static int lengthNumber(int limit) {
        return Math.clamp(31 - Integer.numberOfLeadingZeros(limit) - 9, 0, 15);
    }

    static int limit(int lengthNumber) {
        return 1 << 9 + lengthNumber;
    }

    /** What the error number of a refusal means. */
    static String error(int number) {
        return switch (number) {
            case 1 -> "the router does not speak the serialization (error 1)";
            case 2 -> "the router does not accept the maximum message length (error 2)";
            case 3 -> "the router misses reserved bits (error 3)";
            case 4 -> "the router has too many connections (error 4)";
            default -> "the router refuses with the unknown error " + number;
        };
    }
}
