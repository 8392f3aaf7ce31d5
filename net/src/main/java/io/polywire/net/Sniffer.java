package io.polywire.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.Objects;

/** Looks at the first octet of a connection and puts the right handlers into its place. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class Sniffer extends Tended {
    /** RawSocket's first octet; no HTTP request begins with it. */
    private static final byte RAW = 0x7F;

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
        loop.forget(this);
        ChannelPipeline pipeline = ctx.pipeline();
        if (doors.http().isEmpty() || (doors.stream() != null && bytes.getByte(bytes.readerIndex()) == RAW)) {
            Peer peer = Peer.of(ctx.channel());
            StreamDoor door = Objects.requireNonNull(doors.stream());
            ByteStream stream = new ByteStream(ctx.channel(), loop, peer, door.accept(peer));
            pipeline.addLast(new ConnectionChannel(stream));
            stream.start();
        } else {
            HttpConnection.install(pipeline, loop, settings, doors.http());
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
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            loop.tend(Sniffer.this);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
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
        }

        @Override
        @SuppressWarnings("deprecation") // Deprecated for outbound handlers only.
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Connection.LOG.log(System.Logger.Level.DEBUG, "connection ended before its first octet", cause);
            ctx.close();
        }
    }
}
