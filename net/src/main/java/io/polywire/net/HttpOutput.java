package io.polywire.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/** The answers of one HTTP connection, flushed once per loop turn. Owned by the connection's loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class HttpOutput {
    private final Channel channel;
    private final Loop loop;
    private boolean keepAlive;
    private boolean oldVersion;
    private boolean chunked;
    private boolean flushing;

    HttpOutput(Channel channel, Loop loop) {
        this.channel = channel;
        this.loop = loop;
    }

    /** A request came in that way. */
    void next(io.netty.handler.codec.http.HttpRequest head) {
        keepAlive = HttpUtil.isKeepAlive(head);
        oldVersion = head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
    }

    boolean oldVersion() {
        return oldVersion;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    /** The connection stays open after the answer only if the condition holds, too. */
    void keepAliveIf(boolean condition) {
        keepAlive &= condition;
    }

    void proceed() {
        channel.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }

    void full(HttpResponse response) {
        DefaultFullHttpResponse out = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                Unpooled.wrappedBuffer(response.body()));
        fields(out, response.headers());
        if (response.status() != 204 && response.status() != 304) {
            out.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        }
        write(out);
    }

    void start(int status, Headers headers) {
        DefaultHttpResponse out = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        boolean counted = headers.first("Content-Length") != null;
        chunked = !counted && !oldVersion;
        keepAlive &= counted || chunked;
        fields(out, headers);
        HttpUtil.setTransferEncodingChunked(out, chunked);
        write(out);
    }

    void body(byte[] buf, int off, int len) {
        write(new DefaultHttpContent(channel.alloc().directBuffer(len).writeBytes(buf, off, len)));
    }

    void end(Headers trailers) {
        DefaultLastHttpContent last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
        if (chunked) {
            for (Headers.Field f : trailers) {
                last.trailingHeaders().add(f.name(), f.value());
            }
        }
        write(last);
    }

    long queuedBytes() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    /** Whether further answers may be queued: a peer that asks without reading is not asked for more. */
    boolean writable() {
        return channel.isWritable();
    }

    /** Runs the task when everything has been taken by the kernel, or has failed. */
    void whenFlushed(Runnable task) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(f -> task.run());
    }

    private void fields(io.netty.handler.codec.http.HttpResponse out, Headers headers) {
        for (Headers.Field f : headers) {
            out.headers().add(f.name(), f.value());
        }
        if (!out.headers().contains(HttpHeaderNames.DATE)) {
            out.headers().set(HttpHeaderNames.DATE, HttpDate.now());
        }
        if (!keepAlive) {
            out.headers().set(HttpHeaderNames.CONNECTION, "close");
        } else if (oldVersion) {
            out.headers().set(HttpHeaderNames.CONNECTION, "keep-alive");
        }
    }

    private void write(HttpObject part) {
        channel.write(part, channel.voidPromise());
        if (!flushing) {
            flushing = true;
            loop.execute(() -> {
                flushing = false;
                channel.flush();
            });
        }
    }
}
