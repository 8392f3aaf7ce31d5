package io.polywire.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The client's half of the opening handshake. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class ClientUpgrade extends ChannelInboundHandlerAdapter {
    private static final int BODY_SHOWN = 1024;

    private final Loop loop;
    private final WebSocketTarget target;
    private final WebSocketSettings settings;
    private final MessageHandler handler;
    private final CompletableFuture<WebSocket> result;
    private final String key = Handshake.newKey();
    private final ByteBuf body = Unpooled.buffer(0, BODY_SHOWN);
    private int status;
    private Headers headers = Headers.EMPTY;

    ClientUpgrade(
            Loop loop,
            WebSocketTarget target,
            WebSocketSettings settings,
            MessageHandler handler,
            CompletableFuture<WebSocket> result) {
        this.loop = loop;
        this.target = target;
        this.settings = settings;
        this.handler = handler;
        this.result = result;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (ctx.pipeline().get(SslHandler.class) == null) {
            ask(ctx);
        }
    }

    private void ask(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(Handshake.request(target, key, settings.deflate())));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            HttpObject part = (HttpObject) message;
            if (part.decoderResult().isFailure()) {
                refused(ctx, "the answer is not HTTP");
                return;
            }
            if (part instanceof HttpResponse head) {
                status = head.status().code();
                headers = Headers.copyOf(head.headers());
            }
            if (part instanceof HttpContent content) {
                int shown = Math.min(content.content().readableBytes(), BODY_SHOWN - body.readableBytes());
                body.writeBytes(content.content(), shown);
                if (part instanceof LastHttpContent || body.readableBytes() == BODY_SHOWN) {
                    answered(ctx);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void answered(ChannelHandlerContext ctx) {
        String fault = fault();
        if (fault != null) {
            refused(ctx, fault);
        } else if (result.isDone()) {
            ctx.close();
        } else {
            WebSocket socket = new WebSocket(
                    ctx.channel(),
                    loop,
                    Peer.of(ctx.channel()),
                    handler,
                    settings,
                    false,
                    headers.first("Sec-WebSocket-Protocol"),
                    headers.first("Sec-WebSocket-Extensions") != null);
            ctx.pipeline().replace(this, null, new ConnectionChannel(socket));
            // Hands on what the server sent behind its answer, after opening the connection.
            ctx.pipeline().remove(HttpResponseDecoder.class);
            socket.start();
            result.complete(socket);
        }
    }

    /** What is wrong with the answer (RFC 6455, section 4.1), null if nothing is. */
    private @Nullable String fault() {
        if (status != 101) {
            return "status " + status;
        }
        if (!headers.hasElement("Upgrade", "websocket") || !headers.hasElement("Connection", "upgrade")) {
            return "status 101 without the upgrade headers";
        }
        String accept = headers.first("Sec-WebSocket-Accept");
        if (accept == null || !accept.trim().equals(Handshake.accept(key))) {
            return "Sec-WebSocket-Accept does not match the key";
        }
        List<String> chosen = headers.elements("Sec-WebSocket-Protocol");
        if (chosen.size() > 1 || !target.subprotocols().containsAll(chosen)) {
            return "subprotocol " + chosen + " was not offered";
        }
        if (chosen.isEmpty() && !target.subprotocols().isEmpty()) {
            return "none of the subprotocols " + target.subprotocols() + " was accepted";
        }
        List<String> extensions = headers.elements("Sec-WebSocket-Extensions");
        if (!extensions.isEmpty() && !(settings.deflate() && Deflate.agreed(extensions))) {
            return "extension " + extensions + " was not offered";
        }
        return null;
    }

    private void refused(ChannelHandlerContext ctx, String fault) {
        String text = "cannot open a WebSocket at " + target.at() + target.path() + ": " + fault;
        result.completeExceptionally(
                new HandshakeRefused(text, status, headers, body.toString(StandardCharsets.UTF_8)));
        ctx.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls) {
            if (tls.isSuccess()) {
                ask(ctx);
            } else {
                Client.fail(result, target.at(), tls.cause());
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        result.completeExceptionally(
                new NetException("cannot open a WebSocket at " + target.at() + ": connection closed by the server"));
    }

    @Override
    @SuppressWarnings("deprecation") // Deprecated for outbound handlers only.
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Client.fail(result, target.at(), cause);
        ctx.close();
    }
}
