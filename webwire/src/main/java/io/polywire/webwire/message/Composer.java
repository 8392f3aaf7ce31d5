package io.polywire.webwire.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.polywire.webwire.message.Message.CloseSession;
import io.polywire.webwire.message.Message.ErrorReply;
import io.polywire.webwire.message.Message.Reply;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.RestoreSession;
import io.polywire.webwire.message.Message.SessionClosed;
import io.polywire.webwire.message.Message.SessionCreated;
import io.polywire.webwire.message.Message.Signal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes messages as the original's peers send them:
 *
 * <pre>
 *   type[1]                                          22
 *   type[1] JSON                                     21
 *   type[1] id[8]                                    31
 *   type[1] id[8] octets                             0, 32, 191..193
 *   type[1] nameLen[1] name [pad] payload            63..65
 *   type[1] id[8] nameLen[1] name [pad] payload      127..129
 * </pre>
 *
 * The padding octet is there if the payload is UTF-16 and the name's length odd, so that the payload starts at an even
 * offset. Replies have none, whatever their encoding: so do the original's server and client, other than its documentation.
 */
public final class Composer {
    /** The longest name, in octets. */
    public static final int LONGEST_NAME = 255;

    private static final int ID = 8;
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Composer() {}

    /**
     * The octets of a message.
     *
     * @throws IllegalArgumentException if the name of a signal or request is longer than 255 characters or has one outside
     *     U+0020 to U+007E, or its payload is UTF-16 with an odd number of octets
     */
    public static byte[] compose(Message message) {
        return switch (message) {
            case Reply m -> withId(m.type(), m.id(), m.payload().data());
            case Signal m -> named(1, m.type(), m.name(), m.payload());
            case Request m -> {
                byte[] octets = named(1 + ID, m.type(), m.name(), m.payload());
                LONG_LE.set(octets, 1, m.id());
                yield octets;
            }
            case ErrorReply m -> withId(m.type(), m.id(), error(m));
            case SessionCreated m -> {
                byte[] octets = new byte[1 + m.session().length];
                octets[0] = (byte) m.type();
                System.arraycopy(m.session(), 0, octets, 1, m.session().length);
                yield octets;
            }
            case SessionClosed m -> new byte[] {(byte) m.type()};
            case CloseSession m -> withId(m.type(), m.id(), Payload.EMPTY.data());
            case RestoreSession m -> withId(m.type(), m.id(), m.key().getBytes(UTF_8));
        };
    }

    /**
     * A reply as the documentation of the original has it: with a padding octet before a UTF-16 payload. The composer the
     * original exports does so, its server does not.
     *
     * @throws IllegalArgumentException if the payload is UTF-16 with an odd number of octets
     */
    public static byte[] composePadded(Reply reply) {
        byte[] data = reply.payload().data();
        if (reply.payload().encoding() != Encoding.UTF16) {
            return compose(reply);
        }
        checkEven(reply.payload());
        byte[] padded = new byte[1 + data.length];
        System.arraycopy(data, 0, padded, 1, data.length);
        return withId(reply.type(), reply.id(), padded);
    }

    /**
     * Checks what {@link #compose} refuses in a signal or request.
     *
     * @throws IllegalArgumentException if so
     */
    public static void check(String name, Payload payload) {
        int length = name.length();
        if (length > LONGEST_NAME) {
            throw new IllegalArgumentException("a name of " + length + " characters is longer than " + LONGEST_NAME);
        }
        if (!printable(name)) {
            throw new IllegalArgumentException("a name may only have the characters U+0020 to U+007E");
        }
        checkEven(payload);
    }

    /** Whether all characters may stand in a name that is sent. */
    public static boolean printable(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < 32 || c > 126) {
                return false;
            }
        }
        return true;
    }

    private static void checkEven(Payload payload) {
        if (payload.encoding() == Encoding.UTF16 && payload.data().length % 2 != 0) {
            throw new IllegalArgumentException("UTF-16 of " + payload.data().length + " octets: must be even");
        }
    }

    private static byte[] withId(int type, long id, byte[] rest) {
        byte[] octets = new byte[1 + ID + rest.length];
        octets[0] = (byte) type;
        LONG_LE.set(octets, 1, id);
        System.arraycopy(rest, 0, octets, 1 + ID, rest.length);
        return octets;
    }

    private static byte[] named(int at, int type, String name, Payload payload) {
        check(name, payload);
        byte[] data = payload.data();
        int length = name.length();
        int start = at + 1 + length + (payload.encoding() == Encoding.UTF16 ? length & 1 : 0);
        byte[] octets = new byte[start + data.length];
        octets[0] = (byte) type;
        octets[at] = (byte) length;
        System.arraycopy(name.getBytes(ISO_8859_1), 0, octets, at + 1, length);
        System.arraycopy(data, 0, octets, start, data.length);
        return octets;
    }

    private static byte[] error(ErrorReply m) {
        StringBuilder json = new StringBuilder("{\"c\":");
        Json.quote(json, m.code());
        if (!m.message().isEmpty()) {
            Json.quote(json.append(",\"m\":"), m.message());
        }
        return json.append('}').toString().getBytes(UTF_8);
    }
}
