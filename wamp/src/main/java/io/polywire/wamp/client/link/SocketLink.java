package io.polywire.wamp.client.link;

import io.polywire.codec.Codec;
import io.polywire.codec.Codecs;
import io.polywire.codec.Encoded;
import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import io.polywire.net.Connection;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What WebSocket and RawSocket have in common. The lane is the connection's event loop, which owns everything. */
abstract class SocketLink implements Link {
    private final LinkHandler handler;
    private final Encoded encoded = new Encoded();
    private int sendLimit;
    private boolean over;
    private volatile @Nullable Connection connection;
    private volatile @Nullable Codec codec;

    SocketLink(LinkHandler handler) {
        this.handler = handler;
    }

    final void opened(Connection with, Serialization agreed, int limit) {
        connection = with;
        codec = Codecs.of(agreed);
        sendLimit = limit;
        handler.opened(this);
    }

    final void receive(byte[] octets, int offset, int length) {
        if (over) {
            return;
        }
        Message message;
        try {
            message = codec().decode(octets, offset, length);
        } catch (ProtocolViolation e) {
            violated(e.text());
            return;
        }
        handler.received(message);
    }

    final void violated(String text) {
        if (!over) {
            handler.violated(text);
        }
    }

    final void lost(String reason) {
        over = true;
        if (codec != null) {
            handler.lost(reason);
        }
    }

    /** Appends the frame. */
    abstract void write(Encoded message);

    @Override
    public final void send(Message message) throws MessageTooLong {
        Connection c = connection();
        if (over || !c.isOpen()) {
            return;
        }
        encoded.reset();
        codec().encode(message, encoded);
        if (encoded.length() > sendLimit) {
            throw new MessageTooLong(encoded.length(), sendLimit);
        }
        write(encoded);
        encoded.reset();
    }

    @Override
    public final void execute(Runnable task) {
        connection().execute(task);
    }

    @Override
    public final Future<?> schedule(Runnable task, Duration delay) {
        return connection().loop().schedule(task, delay);
    }

    @Override
    public final long queuedBytes() {
        return connection().queuedBytes();
    }

    @Override
    public final void pauseReading() {
        if (connection().isOpen()) {
            connection().pauseReading();
        }
    }

    @Override
    public final void resumeReading() {
        connection().resumeReading();
    }

    @Override
    public final void close(int code, String reason) {
        connection().closeAfterFlush(code, reason);
    }

    @Override
    public final Serialization serialization() {
        return codec().serialization();
    }

    @Override
    public final @Nullable SSLSession tls() {
        return connection().peer().tls();
    }

    final Connection connection() {
        return Objects.requireNonNull(connection, "not open yet");
    }

    private Codec codec() {
        return Objects.requireNonNull(codec, "not open yet");
    }
}
