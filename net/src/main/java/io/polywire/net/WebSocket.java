package io.polywire.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket (RFC 6455), either side of it. Threads: see {@link Connection}.
 *
 * <p>Messages are sent unfragmented, either whole with {@link #send} or in pieces of a known total length:
 * {@link #begin}, {@link #append} as often as needed, {@link #end}. After the connection was closed both are without effect.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
public final class WebSocket extends Connection {
    private static final byte[] NOTHING = new byte[0];

    /** Pongs are not queued behind more than this: a peer that pings without reading gets none. */
    private static final int PONG_QUEUE = 256 * 1024;

    private final MessageHandler handler;
    private final WebSocketReader reader;
    private final boolean server;
    private final @Nullable String subprotocol;
    private final @Nullable Deflate deflate;
    private final long pingNanos;
    private final int pingMisses;

    private boolean heard;
    private long silentSince;
    private int misses;
    private boolean violated;

    /** The message being sent in pieces. */
    private int unsent = -1;

    private int maskKey;
    private byte @Nullable [] uncompressed;
    private boolean uncompressedText;

    WebSocket(
            Channel channel,
            Loop loop,
            Peer peer,
            MessageHandler handler,
            WebSocketSettings settings,
            boolean server,
            @Nullable String subprotocol,
            boolean deflated) {
        super(channel, loop, peer);
        this.handler = handler;
        this.server = server;
        this.subprotocol = subprotocol;
        this.deflate = deflated ? loop.deflate() : null;
        this.reader = new WebSocketReader(new Incoming(), server, settings, deflate);
        this.pingNanos = settings.pingInterval().toNanos();
        this.pingMisses = settings.pingMisses();
        this.silentSince = System.nanoTime();
    }

    /** The subprotocol agreed on, null for none. */
    public @Nullable String subprotocol() {
        return subprotocol;
    }

    /**
     * Changes the limit of the settings for the messages that follow; to be called from within {@code onOpen} or {@code
     * onMessage}.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public void messageLimit(int octets) {
        if (octets < 1) {
            throw new IllegalArgumentException("message limit " + octets + " is below 1");
        }
        reader.limit(octets);
    }

    /**
     * From now on messages are handed to {@code onMessage} in parts as they arrive, without limit, where their borders mean
     * nothing; text is not checked. To be called from within {@code onOpen} or {@code onMessage}.
     *
     * @throws IllegalStateException if permessage-deflate was agreed on
     */
    public void passParts() {
        reader.passParts();
    }

    /** Queues a whole message; the array may be reused afterwards. */
    public void send(byte[] buf, int off, int len, boolean text) {
        begin(len, text);
        append(buf, off, len);
        end();
    }

    /** Queues a text message. */
    public void sendText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        send(utf8, 0, utf8.length, true);
    }

    /** Queues a binary message; the array may be reused afterwards. */
    public void sendBinary(byte[] message) {
        send(message, 0, message.length, false);
    }

    /**
     * Queues a whole message whose octets are the readable ones of a buffer; a large one is retained and must not change
     * afterwards (see {@link Output#write(ByteBuf)}). For one message to many connections.
     */
    public void send(ByteBuf shared, boolean text) {
        int length = shared.readableBytes();
        if (server && deflate == null) {
            header(Frame.FIN | (text ? Frame.TEXT : Frame.BINARY), length);
            output().write(shared);
        } else {
            byte[] copy = new byte[length];
            shared.getBytes(shared.readerIndex(), copy);
            send(copy, 0, length, text);
        }
    }

    /**
     * Begins a message of exactly that many octets; only {@link #append} and {@link #end} may follow.
     *
     * @throws IllegalStateException if another one was begun and not ended
     */
    public void begin(int length, boolean text) {
        if (unsent >= 0) {
            throw new IllegalStateException("a message is being sent");
        }
        unsent = length;
        if (deflate != null && length >= Deflate.WORTHWHILE) {
            uncompressed = new byte[length];
            uncompressedText = text;
        } else {
            header(Frame.FIN | (text ? Frame.TEXT : Frame.BINARY), length);
        }
    }

    /**
     * Appends to the message that was begun; the array may be reused afterwards.
     *
     * @throws IllegalStateException if more is appended than was announced
     */
    public void append(byte[] buf, int off, int len) {
        if (len > unsent) {
            throw new IllegalStateException("more octets than announced: " + len + " where " + unsent + " are left");
        }
        byte[] gather = uncompressed;
        if (gather != null) {
            System.arraycopy(buf, off, gather, gather.length - unsent, len);
        } else {
            payload(buf, off, len);
        }
        unsent -= len;
    }

    /**
     * Ends the message.
     *
     * @throws IllegalStateException if less was appended than announced
     */
    public void end() {
        if (unsent != 0) {
            throw new IllegalStateException(unsent < 0 ? "no message was begun" : unsent + " octets are missing");
        }
        unsent = -1;
        byte[] whole = uncompressed;
        if (whole != null) {
            uncompressed = null;
            byte[] small = Objects.requireNonNull(deflate).deflate(whole, 0, whole.length);
            header(Frame.FIN | Frame.RSV1 | (uncompressedText ? Frame.TEXT : Frame.BINARY), small.length);
            payload(small, 0, small.length);
        }
    }

    /** Queues a ping of at most 125 octets; pongs are not reported. */
    public void ping(byte[] payload) {
        frame(Frame.PING, payload, 0, Math.min(payload.length, Frame.LONGEST_CONTROL));
    }

    private void frame(int opcode, byte[] buf, int off, int len) {
        header(Frame.FIN | opcode, len);
        payload(buf, off, len);
    }

    private void header(int first, int length) {
        Output out = output();
        int masked = server ? 0 : Frame.MASKED;
        if (length < Frame.LENGTH_16) {
            out.writeShort(first << 8 | masked | length);
        } else if (length < 0x10000) {
            out.writeInt(first << 24 | (masked | Frame.LENGTH_16) << 16 | length);
        } else {
            out.writeShort(first << 8 | masked | Frame.LENGTH_64);
            out.writeLong(length);
        }
        if (!server) {
            maskKey = loop().maskKeys().next();
            out.writeInt(Integer.reverseBytes(maskKey));
        }
    }

    private void payload(byte[] buf, int off, int len) {
        if (server) {
            output().write(buf, off, len);
            return;
        }
        byte[] masked = Arrays.copyOfRange(buf, off, off + len);
        Frame.mask(masked, 0, len, maskKey);
        maskKey = Frame.rotate(maskKey, len);
        output().write(masked, 0, len);
    }

    @Override
    void opened() {
        handler.onOpen(this);
    }

    @Override
    void bytes(byte[] in, int length) {
        heard = true;
        try {
            reader.read(in, 0, length);
        } catch (Violation v) {
            violated = true;
            closeAfterFlush(v.code(), v.reason());
            tell(v.code(), v.reason());
        }
    }

    @Override
    void readComplete() {
        handler.onReadComplete(this);
    }

    @Override
    void drained() {
        handler.onDrained(this);
    }

    @Override
    void ticked(long now) {
        handler.onTick(this);
        if (heard || !channel.config().isAutoRead()) { // Who is not read cannot be heard.
            heard = false;
            misses = 0;
            silentSince = now;
        } else if (pingNanos > 0 && now - silentSince >= pingNanos && isOpen()) {
            silentSince = now;
            if (misses++ < pingMisses) {
                ping(NOTHING);
            } else {
                begin(CloseCode.ABNORMAL, "no answer to " + pingMisses + " pings");
                channel.close();
            }
        }
    }

    @Override
    void farewell(int code, String reason) {
        if (code == CloseCode.NO_STATUS || code == CloseCode.ABNORMAL) {
            frame(Frame.CLOSE, NOTHING, 0, 0);
            return;
        }
        byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, Frame.LONGEST_CONTROL - 2);
        while (length < utf8.length && length > 0 && (utf8[length] & 0xC0) == 0x80) {
            length--; // Not in the middle of a character.
        }
        byte[] payload = new byte[2 + length];
        Frame.SHORT.set(payload, 0, (short) code);
        System.arraycopy(utf8, 0, payload, 2, length);
        frame(Frame.CLOSE, payload, 0, payload.length);
    }

    @Override
    boolean awaitsFarewell() {
        return !violated;
    }

    @Override
    void ended(int code, String reason) {
        handler.onClose(this, code, reason);
    }

    private final class Incoming implements WebSocketReader.Sink {
        @Override
        public void message(byte[] buf, int off, int len, boolean text) {
            if (isOpen()) {
                handler.onMessage(WebSocket.this, buf, off, len, text);
            }
        }

        @Override
        public void ping(byte[] buf, int off, int len) {
            if (isOpen() && queuedBytes() < PONG_QUEUE) {
                frame(Frame.PONG, buf, off, len);
            }
        }

        @Override
        public void pong() {}

        @Override
        public void close(int code, String reason) {
            if (isOpen()) {
                // The answer carries the same code and no reason.
                closeAfterFlush(code, "");
                tell(code, reason);
            } else {
                tell(closeCode(), closeReason());
            }
            if (server) {
                closeWhenFlushed();
            }
        }
    }
}
