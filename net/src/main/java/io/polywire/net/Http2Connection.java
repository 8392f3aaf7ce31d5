package io.polywire.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The HTTP/2 side of a listener: many requests at once, each on a {@link Http2Stream} of its own.
 *
 * <p>What a stream does not read stays within its window, so a slow handler stops its own client only, and all streams of a
 * connection together hold at most the connection's window. Floods that cost the server more than the client (resets, empty
 * frames, small continuations, answers to pings and settings that are not read) end the connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class Http2Connection extends Tended {
    /** Requests at a time. */
    static final int STREAMS = 100;

    static final int STREAM_WINDOW = 256 * 1024;
    private static final int CONNECTION_WINDOW = 2 * 1024 * 1024;

    /** Resets within the seconds, by the client or because of its errors. */
    private static final int RESETS = 200;

    private static final int RESET_SECONDS = 30;
    private static final int EMPTY_FRAMES = 2;
    private static final int SMALL_CONTINUATIONS = 16;
    private static final int QUEUED_CONTROL_FRAMES = 1000;

    /** How long requests that run may take to end when the connection has to. */
    private static final long GRACE_MILLIS = 1000;

    private final Channel channel;
    private final Loop loop;
    private final ListenSettings settings;
    private final Doors doors;
    private final Peer peer;
    private final Set<Http2Stream> streams = new LinkedHashSet<>();
    private long deadline;

    private Http2Connection(Channel channel, Loop loop, ListenSettings settings, Doors doors) {
        this.channel = channel;
        this.loop = loop;
        this.settings = settings;
        this.doors = doors;
        this.peer = Peer.of(channel);
        expire(settings.handshakeTimeout().toNanos());
    }

    static void install(ChannelPipeline pipeline, Loop loop, ListenSettings settings, Doors doors) {
        Http2Connection connection = new Http2Connection(pipeline.channel(), loop, settings, doors);
        loop.tend(connection);
        pipeline.addLast(codec(settings), new Http2MultiplexHandler(connection.new Streams()), connection.new Rest());
        pipeline.channel()
                .writeAndFlush(
                        new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE));
    }

    private static Http2FrameCodec codec(ListenSettings settings) {
        return Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(STREAMS)
                        .initialWindowSize(STREAM_WINDOW)
                        .maxHeaderListSize(settings.maxHeaderBytes()))
                .decoderEnforceMaxRstFramesPerWindow(RESETS, RESET_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(RESETS, RESET_SECONDS)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_FRAMES)
                .decoderEnforceMaxSmallContinuationFrames(SMALL_CONTINUATIONS)
                .encoderEnforceMaxQueuedControlFrames(QUEUED_CONTROL_FRAMES)
                .gracefulShutdownTimeoutMillis(GRACE_MILLIS)
                .build();
    }

    Loop loop() {
        return loop;
    }

    Peer peer() {
        return peer;
    }

    HttpAnswer ask(HttpRequest request) {
        return doors.ask(request);
    }

    long idleNanos() {
        return settings.idleTimeout().toNanos();
    }

    void closed(Http2Stream stream) {
        streams.remove(stream);
        expire(idleNanos());
    }

    private void expire(long nanos) {
        deadline = System.nanoTime() + nanos;
    }

    @Override
    void tick(long now) {
        if (streams.isEmpty()) {
            if (now - deadline > 0) {
                shutDown();
            }
        } else {
            List.copyOf(streams).forEach(stream -> stream.tick(now));
        }
    }

    /** Says GOAWAY; the streams that are open get a little time. */
    @Override
    void shutDown() {
        channel.close();
    }

    private final class Streams extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel child) {
            Http2Stream stream = new Http2Stream(Http2Connection.this, child);
            streams.add(stream);
            child.pipeline().addLast(stream);
        }
    }

    /** The end of the connection's own pipeline: what belongs to no stream. */
    private final class Rest extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2SettingsFrame) {
                expire(idleNanos());
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
                List.copyOf(streams).forEach(Http2Stream::inputEnd);
                shutDown();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            loop.forget(Http2Connection.this);
        }

        @Override
        @SuppressWarnings("deprecation") // Deprecated for outbound handlers only.
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Connection.LOG.log(Level.DEBUG, "HTTP/2 connection broke", cause);
            if (!(cause instanceof Http2Exception)) { // Of those the codec tells the client, and closes.
                ctx.close();
            }
        }
    }
}
