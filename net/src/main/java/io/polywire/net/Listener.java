package io.polywire.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An open listening socket. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
public final class Listener implements AutoCloseable {
    private final Channel channel;
    private final Endpoint endpoint;
    private final AtomicInteger connections;
    private final @Nullable UnixFile file;

    private Listener(Channel channel, Endpoint endpoint, AtomicInteger connections, @Nullable UnixFile file) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.connections = connections;
        this.file = file;
    }

    /**
     * Listens and serves the doors from now on. Must not be called on a loop.
     *
     * @throws NetException if the address cannot be used, or certificate or key not be read
     */
    public static Listener open(Loops loops, ListenSettings settings, Doors doors) {
        return open(loops, settings, doors, Rates.unlimited());
    }

    /**
     * The same for addresses that do not connect too often.
     *
     * @param rates count connections; handshakes are counted by the doors, see {@link Rates#limit}
     */
    public static Listener open(Loops loops, ListenSettings settings, Doors doors, Rates rates) {
        SslContext tls = settings.tls() == null
                ? null
                : settings.tls().context(!doors.http().isEmpty());
        AtomicInteger connections = new AtomicInteger();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group(), loops.group())
                .channel(type(loops, settings.at()))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Output.MARKS)
                .childHandler(new Accepted(loops, settings, doors, rates, tls, connections));
        return switch (settings.at()) {
            case Endpoint.Tcp tcp -> {
                bootstrap.option(ChannelOption.SO_BACKLOG, 1024).option(ChannelOption.SO_REUSEADDR, true);
                bootstrap.childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.SO_KEEPALIVE, true);
                InetSocketAddress address = new InetSocketAddress(tcp.host(), tcp.port());
                if (address.isUnresolved()) {
                    throw new NetException("cannot listen on " + tcp + ": unknown host");
                }
                Channel channel = bind(bootstrap, address, tcp);
                int port = ((InetSocketAddress) channel.localAddress()).getPort();
                yield new Listener(channel, new Endpoint.Tcp(tcp.host(), port), connections, null);
            }
            case Endpoint.Unix unix -> {
                UnixFile file = UnixFile.claim(unix.path(), settings.fileMode());
                Channel channel = bind(bootstrap, file.temporaryAddress(loops.epoll()), unix);
                try {
                    file.publish();
                } catch (NetException e) {
                    channel.close();
                    throw e;
                }
                yield new Listener(channel, unix, connections, file);
            }
        };
    }

    private static Class<? extends ServerChannel> type(Loops loops, Endpoint at) {
        return switch (at) {
            case Endpoint.Tcp t -> loops.epoll() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
            case Endpoint.Unix u ->
                loops.epoll() ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
        };
    }

    private static Channel bind(ServerBootstrap bootstrap, SocketAddress address, Endpoint at) {
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            throw new NetException("cannot listen on " + at + ": " + cause.getMessage(), cause);
        }
        return bound.channel();
    }

    /** The real address: with the port the system chose, if it was to choose. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Connections accepted here that are open. */
    public int connections() {
        return connections.get();
    }

    /** Stops listening and removes the UNIX socket; open connections stay. Must not be called on a loop. */
    @Override
    public void close() {
        if (file != null && channel.isOpen()) {
            file.remove();
        }
        channel.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private static final class Accepted extends ChannelInitializer<Channel> {
        private final Loops loops;
        private final ListenSettings settings;
        private final Doors doors;
        private final Rates rates;
        private final @Nullable SslContext tls;
        private final AtomicInteger connections;

        Accepted(
                Loops loops,
                ListenSettings settings,
                Doors doors,
                Rates rates,
                @Nullable SslContext tls,
                AtomicInteger connections) {
            this.loops = loops;
            this.settings = settings;
            this.doors = doors;
            this.rates = rates;
            this.tls = tls;
            this.connections = connections;
        }

        @Override
        protected void initChannel(Channel channel) {
            int now = connections.incrementAndGet();
            channel.closeFuture().addListener(f -> connections.decrementAndGet());
            if (now > settings.maxConnections() || !rates.connection(channel.remoteAddress())) {
                channel.close();
                return;
            }
            ChannelPipeline pipeline = channel.pipeline();
            if (tls != null) {
                SslHandler handler = tls.newHandler(channel.alloc());
                handler.setHandshakeTimeoutMillis(settings.handshakeTimeout().toMillis());
                pipeline.addLast(handler);
            }
            Sniffer.install(pipeline, loops.of(channel), settings, doors);
        }
    }
}
