package io.polywire.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/** The end of an HTTP pipeline: hands a channel's events to its connection. */
final class HttpChannel extends ChannelInboundHandlerAdapter {
    private final HttpConnection connection;

    HttpChannel(HttpConnection connection) {
        this.connection = connection;
    }

    /** In front of the codec: tells when octets come in. */
    static final class Tap extends ChannelInboundHandlerAdapter {
        private final HttpConnection connection;

        Tap(HttpConnection connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            connection.bytesSeen();
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        connection.arrived((HttpObject) message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        connection.writabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            connection.inputEnd();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.inactive();
    }

    @Override
    @SuppressWarnings("deprecation") // Deprecated for outbound handlers only.
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        connection.broken(cause);
    }
}
