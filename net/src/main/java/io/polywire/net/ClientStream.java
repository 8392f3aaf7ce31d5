package io.polywire.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.CompletableFuture;

/** Waits for the transport of a client's byte stream, TLS included. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class ClientStream extends ChannelInboundHandlerAdapter {
    private final Loop loop;
    private final StreamHandler handler;
    private final CompletableFuture<ByteStream> result;

    ClientStream(Loop loop, StreamHandler handler, CompletableFuture<ByteStream> result) {
        this.loop = loop;
        this.handler = handler;
        this.result = result;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (ctx.pipeline().get(SslHandler.class) == null) {
            open(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls) {
            if (tls.isSuccess()) {
                open(ctx);
            } else {
                Client.fail(result, Peer.of(ctx.channel()).address(), tls.cause());
            }
        }
    }

    private void open(ChannelHandlerContext ctx) {
        if (result.isDone()) {
            ctx.close();
            return;
        }
        ByteStream stream = new ByteStream(ctx.channel(), loop, Peer.of(ctx.channel()), handler);
        ctx.pipeline().replace(this, null, new ConnectionChannel(stream));
        stream.start();
        result.complete(stream);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        result.completeExceptionally(new NetException("connection closed by the server"));
    }

    @Override
    @SuppressWarnings("deprecation") // Deprecated for outbound handlers only.
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Client.fail(result, Peer.of(ctx.channel()).address(), cause);
        ctx.close();
    }
}
