package io.polywire.net;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts reads into WebSocket messages.
 *
 * <p>A message whose frame lies inside one read is unmasked in place and handed over as a slice of that read. What is
 * spread over reads or fragments is gathered in a buffer that grows with what has arrived, never with what was announced.
 * Everything that can be checked is checked when the header is complete, before any of the payload is kept.
 *
 * <p>Owned by the loop of its connection.
 */
final class WebSocketReader {
    /** What the reader finds. */
    interface Sink {
        void message(byte[] buf, int off, int len, boolean text);

        void ping(byte[] buf, int off, int len);

        void pong();

        void close(int code, String reason);
    }

    private static final byte[] NOTHING = new byte[0];

    /** A gathered message that cannot exceed this gets its buffer at once. */
    private static final int SMALL = 4096;

    private final Sink sink;
    private final boolean fromClient;
    private int limit;
    private boolean inParts;
    private final boolean checkUtf8;
    private final String tooBigReason;
    private final @Nullable Deflate inflate;
    private boolean stopped;

    /** A header that a read ended in, null most of the time. */
    private byte @Nullable [] head;

    private int headLength;

    /** The frame whose payload is arriving; {@code remaining} is -1 between frames. */
    private int opcode;

    private boolean fin;
    private long remaining = -1;
    private int key;

    /** The message that is being gathered; {@code messageOpcode} is 0 between messages. */
    private int messageOpcode;

    private boolean compressed;
    private byte[] gathered = NOTHING;
    private int gatheredLength;

    /** The payload of a control frame that a read ended in. */
    private byte[] control = NOTHING;

    private int controlLength;

    WebSocketReader(Sink sink, boolean fromClient, WebSocketSettings settings, @Nullable Deflate inflate) {
        this.sink = sink;
        this.fromClient = fromClient;
        this.limit = settings.messageLimit();
        this.checkUtf8 = settings.checkUtf8();
        this.tooBigReason = settings.tooBigReason();
        this.inflate = inflate;
    }

    /** Most octets of the messages that follow. */
    void limit(int octets) {
        limit = octets;
    }

    /** Hands over what follows as it arrives, whatever the messages' borders; nothing is checked but the framing. */
    void passParts() {
        if (inflate != null) {
            throw new IllegalStateException("compressed messages have no parts");
        }
        inParts = true;
    }

    /** Ignores everything from now on. */
    void stop() {
        stopped = true;
        gathered = NOTHING;
        head = null;
    }

    /**
     * Takes over the slice of an array.
     *
     * @throws Violation if the peer broke the protocol; the reader has stopped then
     */
    void read(byte[] in, int from, int to) {
        try {
            int pos = from;
            while (pos < to && !stopped) {
                pos = remaining >= 0 ? payload(in, pos, to) : header(in, pos, to);
            }
        } catch (Violation v) {
            stop();
            throw v;
        }
    }

    private int header(byte[] in, int pos, int to) {
        byte[] kept = head;
        if (kept != null) {
            return resumeHeader(kept, in, pos, to);
        }
        int available = to - pos;
        int length = available < 2 ? 2 : Frame.headerLength(in[pos + 1]);
        if (available < length) {
            byte[] start = new byte[Frame.LONGEST_HEADER];
            System.arraycopy(in, pos, start, 0, available);
            head = start;
            headLength = available;
            return to;
        }
        parse(in, pos, length);
        return payload(in, pos + length, to);
    }

    private int resumeHeader(byte[] kept, byte[] in, int from, int to) {
        int pos = from;
        while (pos < to) {
            kept[headLength++] = in[pos++];
            if (headLength >= 2 && headLength == Frame.headerLength(kept[1])) {
                head = null;
                parse(kept, 0, headLength);
                return payload(in, pos, to);
            }
        }
        return pos;
    }

    private void parse(byte[] in, int at, int headerLength) {
        int first = in[at];
        int second = in[at + 1];
        opcode = first & Frame.OPCODE;
        fin = (first & Frame.FIN) != 0;
        int reserved = first & Frame.RESERVED;
        if (reserved != 0 && !(reserved == Frame.RSV1 && inflate != null && isDataStart(opcode))) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "reserved bit set");
        }
        boolean masked = (second & Frame.MASKED) != 0;
        if (masked != fromClient) {
            throw new Violation(
                    CloseCode.PROTOCOL_ERROR, fromClient ? "client frame is not masked" : "server frame is masked");
        }
        long length = length(in, at, second & Frame.LENGTH);
        key = masked ? Frame.key(in, at + headerLength - 4) : 0;
        if (opcode >= Frame.CONTROL) {
            checkControl(length);
        } else {
            checkData(length, reserved != 0);
        }
        remaining = length;
    }

    private static boolean isDataStart(int opcode) {
        return opcode == Frame.TEXT || opcode == Frame.BINARY;
    }

    private static long length(byte[] in, int at, int length7) {
        if (length7 < Frame.LENGTH_16) {
            return length7;
        }
        boolean wide = length7 == Frame.LENGTH_64;
        long length = wide ? (long) Frame.LONG.get(in, at + 2) : (short) Frame.SHORT.get(in, at + 2) & 0xFFFFL;
        if (length < 0) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "payload length has its highest bit set");
        }
        if (length < (wide ? 0x10000 : Frame.LENGTH_16)) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "payload length not in its shortest form");
        }
        return length;
    }

    private void checkControl(long length) {
        if (opcode > Frame.PONG) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "unknown opcode " + opcode);
        }
        if (!fin) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "fragmented control frame");
        }
        if (length > Frame.LONGEST_CONTROL) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "control frame longer than 125 octets");
        }
    }

    private void checkData(long length, boolean deflated) {
        if (opcode > Frame.BINARY) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "unknown opcode " + opcode);
        }
        if (opcode == Frame.CONTINUATION) {
            if (messageOpcode == 0) {
                throw new Violation(CloseCode.PROTOCOL_ERROR, "continuation without a message");
            }
        } else {
            if (messageOpcode != 0) {
                throw new Violation(CloseCode.PROTOCOL_ERROR, "new message inside a fragmented one");
            }
            messageOpcode = opcode;
            compressed = deflated;
        }
        if (!inParts && length > limit - gatheredLength) {
            throw new Violation(CloseCode.TOO_BIG, tooBigReason);
        }
    }

    /** Takes what has arrived of the current frame. */
    private int payload(byte[] in, int pos, int to) {
        int part = (int) Math.min(remaining, to - pos);
        int end = pos + part;
        if (key != 0) {
            Frame.mask(in, pos, end, key);
            key = Frame.rotate(key, part);
        }
        if (opcode >= Frame.CONTROL) {
            controlPart(in, pos, part);
        } else if (inParts) {
            streamPart(in, pos, part);
        } else if (fin && gatheredLength == 0 && part == remaining) {
            remaining = -1;
            complete(in, pos, part);
        } else {
            dataPart(in, pos, part);
        }
        return end;
    }

    private void streamPart(byte[] in, int pos, int part) {
        boolean text = messageOpcode == Frame.TEXT;
        remaining -= part;
        if (remaining == 0) {
            remaining = -1;
            if (fin) {
                messageOpcode = 0;
            }
        }
        if (part > 0) {
            sink.message(in, pos, part, text);
        }
    }

    private void dataPart(byte[] in, int pos, int part) {
        if (part > 0) {
            int needed = gatheredLength + part;
            if (needed > gathered.length) {
                grow(needed);
            }
            System.arraycopy(in, pos, gathered, gatheredLength, part);
            gatheredLength = needed;
        }
        remaining -= part;
        if (remaining == 0) {
            remaining = -1;
            if (fin) {
                byte[] whole = gathered;
                int length = gatheredLength;
                gathered = NOTHING;
                gatheredLength = 0;
                complete(whole, 0, length);
            }
        }
    }

    private void grow(int needed) {
        long announced = gatheredLength + remaining;
        long wanted = Math.max(SMALL, Math.max(needed, 2L * gathered.length));
        // With more fragments to come the announced length is not the end.
        long most = fin ? announced : limit;
        gathered = Arrays.copyOf(gathered, (int) Math.max(needed, Math.min(wanted, most)));
    }

    private void complete(byte[] buf, int off, int len) {
        boolean text = messageOpcode == Frame.TEXT;
        messageOpcode = 0;
        byte[] data = buf;
        int start = off;
        int length = len;
        if (compressed && inflate != null) {
            compressed = false;
            data = inflate.inflate(buf, off, len, limit, tooBigReason);
            start = 0;
            length = data.length;
        }
        if (text && checkUtf8 && !Utf8.valid(data, start, start + length)) {
            throw new Violation(CloseCode.INVALID_PAYLOAD, "text message is not UTF-8");
        }
        sink.message(data, start, length, text);
    }

    private void controlPart(byte[] in, int pos, int part) {
        boolean whole = part == remaining && controlLength == 0;
        remaining -= part;
        if (!whole) {
            control = Arrays.copyOf(control, controlLength + part);
            System.arraycopy(in, pos, control, controlLength, part);
            controlLength += part;
        }
        if (remaining > 0) {
            return;
        }
        remaining = -1;
        byte[] data = whole ? in : control;
        int off = whole ? pos : 0;
        int len = whole ? part : controlLength;
        control = NOTHING;
        controlLength = 0;
        switch (opcode) {
            case Frame.PING -> sink.ping(data, off, len);
            case Frame.PONG -> sink.pong();
            default -> closeFrame(data, off, len);
        }
    }

    private void closeFrame(byte[] data, int off, int len) {
        int code = CloseCode.NO_STATUS;
        String reason = "";
        if (len == 1) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "close frame of one octet");
        }
        if (len >= 2) {
            code = (short) Frame.SHORT.get(data, off) & 0xFFFF;
            if (!CloseCode.sendable(code)) {
                throw new Violation(CloseCode.PROTOCOL_ERROR, "close code " + code + " may not be sent");
            }
            if (!Utf8.valid(data, off + 2, off + len)) {
                throw new Violation(CloseCode.INVALID_PAYLOAD, "close reason is not UTF-8");
            }
            reason = new String(data, off + 2, len - 2, StandardCharsets.UTF_8);
        }
        stop();
        sink.close(code, reason);
    }
}
