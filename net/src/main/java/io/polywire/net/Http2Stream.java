package io.polywire.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** One request and its answer over HTTP/2. Owned by the connection's loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class Http2Stream extends ChannelInboundHandlerAdapter implements HttpCarrier {
    private final Http2Connection connection;
    private final Channel channel;
    private final Loop loop;

    private @Nullable HttpExchange exchange;
    private boolean headSeen;
    private boolean bodiless;
    private boolean inputDone;
    private boolean outputDone;
    private boolean flushing;
    private long unwanted = HttpConnection.UNWANTED;
    private boolean timed;
    private long deadline;

    Http2Stream(Http2Connection connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
        this.loop = connection.loop();
        channel.config().setWriteBufferWaterMark(Output.MARKS);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    // ---- input ----

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            switch (message) {
                case Http2HeadersFrame head when !headSeen -> head(head.headers(), head.isEndStream());
                case Http2HeadersFrame trailers -> ended(Http2Heads.trailers(trailers.headers()));
                case Http2DataFrame data -> {
                    content(data.content());
                    if (data.isEndStream()) {
                        ended(Headers.EMPTY);
                    }
                }
                default -> {}
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(Http2Headers head, boolean last) {
        headSeen = true;
        bodiless = "HEAD".contentEquals(String.valueOf(head.method()));
        expire();
        HttpRequest asked = Http2Heads.request(head, last, connection.peer());
        HttpAnswer answer = asked == null
                ? HttpResponse.text(400, "method, path or a header field is missing or faulty")
                : connection.ask(asked);
        switch (answer) {
            case HttpResponse response -> answer(response);
            case HttpAnswer.Upgrade u -> answer(HttpResponse.text(426, "this is a WebSocket endpoint of HTTP/1.1"));
            case HttpAnswer.Exchange e
            when asked != null -> {
                HttpExchange opened = new HttpExchange(this, asked, e.handler());
                exchange = opened;
                timed = e.handler() instanceof GatheredBody;
                if (asked.headers().hasElement("Expect", "100-continue")) {
                    write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("100")));
                }
                guarded(() -> opened.handler().onStart(opened));
            }
            case HttpAnswer.Exchange e -> throw new IllegalStateException("nothing was asked");
        }
        if (last) {
            ended(Headers.EMPTY);
        }
    }

    private void content(ByteBuf data) {
        HttpExchange current = exchange;
        int length = data.readableBytes();
        if (current == null) {
            unwanted -= length;
            if (unwanted < 0) {
                reset(Http2Error.NO_ERROR);
            }
        } else if (length > 0) {
            byte[] bytes = new byte[length];
            data.readBytes(bytes);
            if (timed) {
                expire();
            }
            guarded(() -> current.handler().onData(current, bytes, 0, length));
        }
    }

    private void ended(Headers trailers) {
        if (inputDone) {
            return;
        }
        inputDone = true;
        HttpExchange current = exchange;
        if (current != null) {
            timed = false;
            guarded(() -> current.handler().onEnd(current, trailers));
        }
    }

    /** The client ended its direction of the whole connection. */
    void inputEnd() {
        HttpExchange current = exchange;
        if (current == null) {
            return;
        }
        if (inputDone) {
            guarded(() -> current.handler().onInputEnd(current));
        } else {
            abort(current);
        }
    }

    // ---- output ----

    private boolean live(HttpExchange from) {
        return from == exchange && !from.over();
    }

    @Override
    public void respond(HttpExchange from, HttpResponse response) {
        if (live(from)) {
            answer(response);
        }
    }

    private void answer(HttpResponse response) {
        byte[] body = response.body();
        boolean last = bodiless || body.length == 0;
        Http2Headers head = Http2Heads.answer(response.status(), response.headers());
        if (response.status() != 204 && response.status() != 304) {
            head.setInt("content-length", body.length);
        }
        write(new DefaultHttp2HeadersFrame(head, last));
        if (!last) {
            write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), true));
        }
        outputComplete();
    }

    @Override
    public void start(HttpExchange from, int status, Headers headers) {
        if (live(from)) {
            write(new DefaultHttp2HeadersFrame(Http2Heads.answer(status, headers), bodiless));
        }
    }

    @Override
    public void write(HttpExchange from, byte[] buf, int off, int len) {
        if (live(from) && len > 0 && !bodiless) {
            write(new DefaultHttp2DataFrame(channel.alloc().directBuffer(len).writeBytes(buf, off, len)));
        }
    }

    @Override
    public void end(HttpExchange from, Headers trailers) {
        if (!live(from)) {
            return;
        }
        if (!bodiless) {
            write(
                    trailers.size() == 0
                            ? new DefaultHttp2DataFrame(true)
                            : new DefaultHttp2HeadersFrame(Http2Heads.trailers(trailers), true));
        }
        outputComplete();
    }

    /** What waits for the window of the client, or for the kernel; that is known by its distance from the marks. */
    @Override
    public long queuedBytes() {
        WriteBufferWaterMark marks = channel.config().getWriteBufferWaterMark();
        return channel.isWritable()
                ? marks.high() - channel.bytesBeforeUnwritable() + 1
                : marks.low() + channel.bytesBeforeWritable() - 1;
    }

    @Override
    public void pause(HttpExchange from, boolean on) {
        if (live(from)) {
            channel.config().setAutoRead(!on);
        }
    }

    @Override
    public void abort(HttpExchange from) {
        if (live(from)) {
            reset(Http2Error.CANCEL);
        }
    }

    private void outputComplete() {
        outputDone = true;
        expire(); // For the client to take it, and to end its body if it has not.
        channel.config().setAutoRead(true);
        finishExchange(true);
    }

    private void finishExchange(boolean complete) {
        HttpExchange current = exchange;
        if (current != null) {
            exchange = null;
            guarded(() -> current.finish(complete));
        }
    }

    private void reset(Http2Error why) {
        channel.writeAndFlush(new DefaultHttp2ResetFrame(why));
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            Connection.LOG.log(Level.ERROR, "handler of an HTTP exchange failed", e);
            reset(Http2Error.INTERNAL_ERROR);
        }
    }

    private void write(Object frame) {
        channel.write(frame, channel.voidPromise());
        if (!flushing) {
            flushing = true;
            loop.execute(() -> {
                flushing = false;
                channel.flush();
            });
        }
    }

    // ---- deadlines and ends ----

    private void expire() {
        timed = true;
        deadline = System.nanoTime() + connection.idleNanos();
    }

    void tick(long now) {
        if (timed && now - deadline > 0) {
            reset(outputDone ? Http2Error.NO_ERROR : Http2Error.CANCEL);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        HttpExchange current = exchange;
        if (current != null && channel.isWritable()) {
            guarded(() -> current.handler().onDrained(current));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.closed(this);
        finishExchange(false);
    }

    @Override
    @SuppressWarnings("deprecation") // Deprecated for outbound handlers only.
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Connection.LOG.log(Level.DEBUG, "HTTP/2 stream broke", cause);
    }
}
