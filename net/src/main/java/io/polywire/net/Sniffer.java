package io.polywire.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Looks at the first octets of a connection and puts the right handlers into its place. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class Sniffer extends Tended {
    /** RawSocket's first octet; no HTTP request begins with it. */
    private static final byte RAW = 0x7F;

    /** How HTTP/2 begins; no request of HTTP/1.1 has that method. */
    private static final ByteBuf HTTP2 = Unpooled.unreleasableBuffer(
            Unpooled.wrappedBuffer("PRI ".getBytes(StandardCharsets.US_ASCII)).asReadOnly());

    private final Loop loop;
    private final ListenSettings settings;
    private final Doors doors;
    private final Channel channel;
    private final long deadline;

    private Sniffer(Channel channel, Loop loop, ListenSettings settings, Doors doors) {
        this.channel = channel;
        this.loop = loop;
        this.settings = settings;
        this.doors = doors;
        long nanos = settings.handshakeTimeout().toNanos();
        // The TLS handshake has a bound of its own.
        this.deadline = System.nanoTime() + (settings.tls() == null ? nanos : 2 * nanos);
    }

    /** Ends the pipeline with what serves the first octets. */
    static void install(ChannelPipeline pipeline, Loop loop, ListenSettings settings, Doors doors) {
        Sniffer sniffer = new Sniffer(pipeline.channel(), loop, settings, doors);
        pipeline.addLast(sniffer.new Handler());
    }

    private void arrived(ChannelHandlerContext ctx, Handler self, ByteBuf bytes) {
        int known = Math.min(bytes.readableBytes(), HTTP2.readableBytes());
        boolean http2 = ByteBufUtil.equals(bytes, bytes.readerIndex(), HTTP2, HTTP2.readerIndex(), known);
        if (http2 && known < HTTP2.readableBytes() && !doors.http().isEmpty()) {
            self.early = bytes; // A PUT or a POST may begin that way, too.
            return;
        }
        loop.forget(this);
        ChannelPipeline pipeline = ctx.pipeline();
        if (doors.http().isEmpty() || (doors.stream() != null && bytes.getByte(bytes.readerIndex()) == RAW)) {
            Peer peer = Peer.of(ctx.channel());
            StreamDoor door = Objects.requireNonNull(doors.stream());
            ByteStream stream = new ByteStream(ctx.channel(), loop, peer, door.accept(peer));
            pipeline.addLast(new ConnectionChannel(stream));
            stream.start();
        } else if (http2) {
            Http2Connection.install(pipeline, loop, settings, doors);
        } else {
            HttpConnection.install(pipeline, loop, settings, doors);
        }
        ctx.fireChannelRead(bytes);
        pipeline.remove(self);
    }

    @Override
    void tick(long now) {
        if (now - deadline > 0) {
            shutDown();
        }
    }

    @Override
    void shutDown() {
        channel.close();
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        private ByteBuf early = Unpooled.EMPTY_BUFFER;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            loop.tend(Sniffer.this);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = early.isReadable() ? Unpooled.wrappedBuffer(early, (ByteBuf) message) : (ByteBuf) message;
            early = Unpooled.EMPTY_BUFFER;
            if (bytes.isReadable()) {
                arrived(ctx, this, bytes);
            } else {
                bytes.release();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            loop.forget(Sniffer.this);
            early.release();
            early = Unpooled.EMPTY_BUFFER;
        }

        @Override
        @SuppressWarnings("deprecation") // Deprecated for outbound handlers only.
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Connection.LOG.log(System.Logger.Level.DEBUG, "connection ended before its first octet", cause);
            ctx.close();
        }
    }
}
