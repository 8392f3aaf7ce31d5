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
import java.util.Arrays;

/**
 * Reads messages; {@link Composer} has their layout. Names may hold any octet and are read as ISO-8859-1; neither UTF-8 nor
 * UTF-16 is checked. What is read shares nothing with the array.
 */
public final class Parser {
    private static final int ID = 8;

    /** Type and id. */
    private static final int HEAD = 1 + ID;

    private static final String EMPTY_NAME = "";
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Parser() {}

    /**
     * Reads by the declared rules, as a server does: a reply has a payload, a UTF-16 one has its padding octet.
     *
     * @throws MalformedMessage if a server refuses the message
     */
    public static Message parse(byte[] in, int off, int len) {
        int type = type(in, off, len);
        return switch (type) {
            case Message.REPLY, Message.REPLY + 1 -> {
                atLeast("reply", len, HEAD + 1);
                yield new Reply(id(in, off), payload(type - Message.REPLY, in, off + HEAD, off + len));
            }
            case Message.REPLY + 2 -> {
                atLeast("UTF-16 reply", len, HEAD + 3);
                even("UTF-16 reply", len);
                yield new Reply(id(in, off), payload(2, in, off + HEAD + 1, off + len));
            }
            case Message.ERROR_REPLY -> {
                atLeast("error reply", len, HEAD + 1);
                yield errorReply(in, off, len);
            }
            case Message.SESSION_CLOSED -> {
                exactly("session closed", len, 1);
                yield new SessionClosed();
            }
            default -> common(type, in, off, len, 1);
        };
    }

    /**
     * Reads what a server really sends, as a client has to: replies may be empty, UTF-16 ones come without padding (with
     * one they are accepted too: then their length is even and the octet is 0), and signals may be empty.
     *
     * @throws MalformedMessage if even so the octets are no message
     */
    public static Message parseFromServer(byte[] in, int off, int len) {
        int type = type(in, off, len);
        return switch (type) {
            case Message.REPLY, Message.REPLY + 1, Message.REPLY + 2 -> {
                atLeast("reply", len, HEAD);
                boolean padded = type == Message.REPLY + 2 && len > HEAD && (len & 1) == 0 && in[off + HEAD] == 0;
                int start = off + HEAD + (padded ? 1 : 0);
                yield new Reply(id(in, off), payload(type - Message.REPLY, in, start, off + len));
            }
            case Message.ERROR_REPLY -> {
                atLeast("error reply", len, HEAD);
                yield errorReply(in, off, len);
            }
            case Message.SESSION_CLOSED -> new SessionClosed();
            default -> common(type, in, off, len, 0);
        };
    }

    private static int type(byte[] in, int off, int len) {
        if (len == 0) {
            throw new MalformedMessage("empty message");
        }
        return in[off] & 0xFF;
    }

    /** What both sides read alike, but for the shortest payload of a signal. */
    private static Message common(int type, byte[] in, int off, int len, int leastSignal) {
        return switch (type) {
            case Message.REQUEST, Message.REQUEST + 1, Message.REQUEST + 2 -> request(type, in, off, len);
            case Message.SIGNAL, Message.SIGNAL + 1, Message.SIGNAL + 2 -> signal(type, in, off, len, leastSignal);
            case Message.SESSION_CREATED -> {
                atLeast("session created", len, 2);
                yield new SessionCreated(Arrays.copyOfRange(in, off + 1, off + len));
            }
            case Message.CLOSE_SESSION -> {
                exactly("close session", len, HEAD);
                yield new CloseSession(id(in, off));
            }
            case Message.RESTORE_SESSION -> {
                atLeast("restore session", len, HEAD + 1);
                yield new RestoreSession(id(in, off), new String(in, off + HEAD, len - HEAD, UTF_8));
            }
            default -> throw new MalformedMessage("unknown message type " + type);
        };
    }

    private static Request request(int type, byte[] in, int off, int len) {
        int encoding = type - Message.REQUEST;
        int start = payloadStart("request", encoding, in, off, len, HEAD, 1);
        String name = name(in, off + HEAD);
        return new Request(id(in, off), name, payload(encoding, in, off + start, off + len));
    }

    private static Signal signal(int type, byte[] in, int off, int len, int least) {
        int encoding = type - Message.SIGNAL;
        int start = payloadStart("signal", encoding, in, off, len, 1, least);
        return new Signal(name(in, off + 1), payload(encoding, in, off + start, off + len));
    }

    /**
     * Where the payload begins, counted from the type octet.
     *
     * @param at where the name's length stands
     * @param least 0 if the payload may be empty, else 1
     */
    private static int payloadStart(String what, int encoding, byte[] in, int off, int len, int at, int least) {
        boolean wide = encoding == Encoding.UTF16.ordinal();
        int unit = wide ? 2 : 1;
        atLeast(what, len, at + 1 + least * unit);
        if (wide) {
            even(what, len + at + 1); // the header of a signal and of a request are both even
        }
        int nameLength = in[off + at] & 0xFF;
        int start = at + 1 + nameLength + (wide ? nameLength & 1 : 0);
        if (len < start + least * unit) {
            throw new MalformedMessage(
                    what + " of " + len + " octets is too short for a name of " + nameLength + " and a payload");
        }
        return start;
    }

    private static String name(byte[] in, int at) {
        int length = in[at] & 0xFF;
        return length == 0 ? EMPTY_NAME : new String(in, at + 1, length, ISO_8859_1);
    }

    private static Payload payload(int encoding, byte[] in, int from, int to) {
        return new Payload(Encoding.of(encoding), Arrays.copyOfRange(in, from, to));
    }

    private static ErrorReply errorReply(byte[] in, int off, int len) {
        return Json.errorReply(id(in, off), in, off + HEAD, len - HEAD);
    }

    private static long id(byte[] in, int off) {
        return (long) LONG_LE.get(in, off + 1);
    }

    private static void atLeast(String what, int len, int least) {
        if (len < least) {
            throw new MalformedMessage(what + " of " + len + " octets is shorter than " + least);
        }
    }

    private static void exactly(String what, int len, int exact) {
        if (len != exact) {
            throw new MalformedMessage(what + " of " + len + " octets must have " + exact);
        }
    }

    private static void even(String what, int len) {
        if ((len & 1) != 0) {
            throw new MalformedMessage(what + ": UTF-16 with an odd number of octets");
        }
    }
}
