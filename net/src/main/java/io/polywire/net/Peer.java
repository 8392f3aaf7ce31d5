package io.polywire.net;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HexFormat;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end.
 *
 * @param address {@code HOST:PORT} of the peer, or {@code unix} for a UNIX socket
 * @param local {@code HOST:PORT} or path of this end
 * @param tls the TLS session (protocol, cipher, the peer's certificates, exported keying material), null without TLS
 * @param credentials process and user of a UNIX-socket peer where the system tells, null otherwise
 */
public record Peer(
        String address,
        String local,
        @Nullable SSLSession tls,
        @Nullable Credentials credentials) {
    /**
     * The process at the other end of a UNIX socket when it connected.
     *
     * @param pid process id
     * @param uid user id
     * @param gid primary group id
     */
    public record Credentials(int pid, int uid, int gid) {}

    private static volatile String lastLocal = "";

    static Peer of(Channel channel) {
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        return new Peer(
                text(channel.remoteAddress()),
                known(text(channel.localAddress())),
                ssl == null ? null : ssl.engine().getSession(),
                credentials(channel));
    }

    /** Its address; null for a UNIX socket. */
    @Nullable
    InetAddress inet() {
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            return null;
        }
        String host = address.substring(0, colon);
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        try {
            return InetAddress.ofLiteral(bare);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** What peers are counted by: the address, of IPv6 the network of 64 bits; the user of a UNIX socket. */
    public String origin() {
        if (credentials != null) {
            return "uid " + credentials.uid();
        }
        InetAddress inet = inet();
        return inet == null ? address : network(inet);
    }

    static String network(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == 4 ? address.getHostAddress() : HexFormat.of().formatHex(octets, 0, 8);
    }

    /** Most connections come to the same listener: they share the text of its address. */
    private static String known(String local) {
        String last = lastLocal;
        if (local.equals(last)) {
            return last;
        }
        lastLocal = local;
        return local;
    }

    private static String text(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return new Endpoint.Tcp(inet.getAddress().getHostAddress(), inet.getPort()).toString();
        }
        String text = address == null ? "" : address.toString();
        return text.isEmpty() ? "unix" : text;
    }

    private static @Nullable Credentials credentials(Channel channel) {
        if (!(channel instanceof EpollDomainSocketChannel unix)) {
            return null;
        }
        try {
            PeerCredentials c = unix.peerCredentials();
            return new Credentials(c.pid(), c.uid(), c.gids().length > 0 ? c.gids()[0] : -1);
        } catch (IOException e) {
            return null; // The peer is gone already; its end will be seen on the next read.
        }
    }
}
