package io.polywire.net;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to listen.
 *
 * @param at address; a stale UNIX socket is replaced unless somebody listens on it
 * @param tls certificate and rules for clients, null for plain connections
 * @param fileMode mode of a UNIX socket, such as {@code rw-rw----}
 * @param maxConnections further ones are closed at once
 * @param handshakeTimeout for the TLS handshake, then for the first octet, then for the head of each request from its first
 *     octet on
 * @param idleTimeout for the next request on a kept-alive HTTP connection
 * @param maxHeaderBytes for all header fields of a request together
 */
public record ListenSettings(
        Endpoint at,
        Tls.@Nullable Server tls,
        String fileMode,
        int maxConnections,
        Duration handshakeTimeout,
        Duration idleTimeout,
        int maxHeaderBytes) {
    /** No TLS, mode {@code rw-------}, 65536 connections, 10 s for handshakes, 60 s idle, 16 KiB of header. */
    public ListenSettings(Endpoint at) {
        this(at, null, "rw-------", 65536, Duration.ofSeconds(10), Duration.ofSeconds(60), 16 * 1024);
    }

    /** The same with TLS. */
    public ListenSettings withTls(Tls.Server server) {
        return new ListenSettings(at, server, fileMode, maxConnections, handshakeTimeout, idleTimeout, maxHeaderBytes);
    }

    /** The same with another mode of the UNIX socket. */
    public ListenSettings withFileMode(String mode) {
        return new ListenSettings(at, tls, mode, maxConnections, handshakeTimeout, idleTimeout, maxHeaderBytes);
    }

    /** The same with another bound for connections. */
    public ListenSettings withMaxConnections(int max) {
        return new ListenSettings(at, tls, fileMode, max, handshakeTimeout, idleTimeout, maxHeaderBytes);
    }

    /** The same with other timeouts. */
    public ListenSettings withTimeouts(Duration handshake, Duration idle) {
        return new ListenSettings(at, tls, fileMode, maxConnections, handshake, idle, maxHeaderBytes);
    }
}
