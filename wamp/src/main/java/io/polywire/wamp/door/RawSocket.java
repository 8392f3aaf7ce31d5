package io.polywire.wamp.door;

import io.polywire.model.Serialization;
import org.jspecify.annotations.Nullable;

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
    static final int HANDSHAKE = 4;
    static final int HEADER = 4;

    static final int MESSAGE = 0;
    static final int PING = 1;
    static final int PONG = 2;

    static final int LONGEST = 1 << 24;

    static final int SERIALIZER_UNSUPPORTED = 1;
    static final int RESERVED_BITS = 3;
    static final int TOO_MANY_CONNECTIONS = 4;

    private RawSocket() {}

    static int header(int type, int length) {
        return length == LONGEST ? (type | 8) << 24 : type << 24 | length;
    }

    /** The length in a header; {@link #LONGEST} where the bit X stands for it. */
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

    static @Nullable Serialization serialization(int number) {
        return switch (number) {
            case 1 -> Serialization.JSON;
            case 2 -> Serialization.MSGPACK;
            case 3 -> Serialization.CBOR;
            default -> null;
        };
    }
}
