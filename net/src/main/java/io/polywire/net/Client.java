package io.polywire.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections. The futures complete on the loop of the connection, after the handler's {@code onOpen}, or fail with a
 * {@link NetException} that says what did not work; then the handler was told nothing.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
public final class Client {
    private Client() {}

    /** Opens a WebSocket; fails with {@link HandshakeRefused} if the server answers something else than an upgrade. */
    public static CompletableFuture<WebSocket> webSocket(
            Loops loops, WebSocketTarget target, WebSocketSettings settings, MessageHandler handler) {
        CompletableFuture<WebSocket> result = new CompletableFuture<>();
        Loop loop = loops.next();
        ClientUpgrade upgrade = new ClientUpgrade(loop, target, settings, handler, result);
        connect(
                loops,
                loop,
                target.at(),
                target.tls(),
                target.host().replaceFirst(":\\d+$", ""),
                target.timeout(),
                result,
                new HttpResponseDecoder(),
                upgrade);
        return result;
    }

    /**
     * Opens a byte stream.
     *
     * @param tls trust, null for a plain connection; TLS over a UNIX socket needs its server name
     * @param timeout for connecting and the TLS handshake together
     */
    public static CompletableFuture<ByteStream> stream(
            Loops loops, Endpoint at, Tls.@Nullable Client tls, Duration timeout, StreamHandler handler) {
        CompletableFuture<ByteStream> result = new CompletableFuture<>();
        Loop loop = loops.next();
        String host = at instanceof Endpoint.Tcp tcp ? tcp.host() : "";
        connect(loops, loop, at, tls, host, timeout, result, new ClientStream(loop, handler, result));
        return result;
    }

    private static void connect(
            Loops loops,
            Loop loop,
            Endpoint at,
            Tls.@Nullable Client tls,
            String host,
            Duration timeout,
            CompletableFuture<?> result,
            ChannelHandler... handlers) {
        SslContext context = tls == null ? null : tls.context();
        String name = tls == null || tls.serverName() == null ? host : tls.serverName();
        int port = at instanceof Endpoint.Tcp tcp ? tcp.port() : 0;
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.eventLoop())
                .channel(type(loops, at))
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, Output.MARKS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (context != null) {
                            SslHandler ssl = context.newHandler(channel.alloc(), name, port);
                            SSLParameters parameters = ssl.engine().getSSLParameters();
                            parameters.setEndpointIdentificationAlgorithm("HTTPS"); // A given SSLContext has none.
                            ssl.engine().setSSLParameters(parameters);
                            ssl.setHandshakeTimeoutMillis(0); // The timeout of the whole covers it.
                            channel.pipeline().addLast(ssl);
                        }
                        channel.pipeline().addLast(handlers);
                    }
                });
        if (at instanceof Endpoint.Tcp) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true).option(ChannelOption.SO_KEEPALIVE, true);
            bootstrap.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
        }
        Channel channel = bootstrap
                .connect(address(loops, at))
                .addListener(f -> {
                    Throwable cause = f.cause();
                    if (cause != null) {
                        fail(result, at, cause);
                    }
                })
                .channel();
        var timer = loop.schedule(
                () -> {
                    String text = "cannot connect to " + at + ": no answer within " + timeout.toMillis() + " ms";
                    if (result.completeExceptionally(new NetException(text))) {
                        channel.close();
                    }
                },
                timeout);
        result.whenComplete((ok, failure) -> {
            timer.cancel(false);
            if (failure != null) {
                channel.close(); // Also when the caller has cancelled.
            }
        });
    }

    static void fail(CompletableFuture<?> result, Object at, Throwable cause) {
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        result.completeExceptionally(new NetException("cannot connect to " + at + ": " + text, cause));
    }

    private static Class<? extends Channel> type(Loops loops, Endpoint at) {
        return switch (at) {
            case Endpoint.Tcp t -> loops.epoll() ? EpollSocketChannel.class : NioSocketChannel.class;
            case Endpoint.Unix u -> loops.epoll() ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class;
        };
    }

    private static SocketAddress address(Loops loops, Endpoint at) {
        return switch (at) {
            case Endpoint.Tcp tcp -> InetSocketAddress.createUnresolved(tcp.host(), tcp.port());
            case Endpoint.Unix unix ->
                loops.epoll()
                        ? new DomainSocketAddress(unix.path().toString())
                        : UnixDomainSocketAddress.of(unix.path());
        };
    }
}
