package io.polywire.wamp.client;

import io.polywire.model.Dict;
import io.polywire.model.Serialization;
import io.polywire.wamp.client.auth.Authenticator;
import io.polywire.wamp.client.link.Connector;
import io.polywire.wamp.client.link.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to connect.
 *
 * <pre>{@code
 * ClientSettings settings = ClientSettings.of("wss://example.com/ws", "realm1")
 *         .withAuth("alice", Authenticator.wampcra("secret"))
 *         .withReconnect(Reconnect.NEVER);
 * }</pre>
 *
 * @param connector opens the connection; a {@link Transport} for sockets
 * @param realm to join
 * @param authid identity to be authenticated, null for none
 * @param authenticators offered to the router, the favourite first
 * @param authextra further values for the router
 * @param agent name of this software
 * @param connectTimeout for connection and join together
 * @param replyTimeout a request other than a call fails when the router did not answer for so long
 * @param closeTimeout how long {@link WampClient#close} waits for the router
 * @param receiveQueue about how many octets may wait for handlers before nothing more is read
 * @param sendQueue about how many octets may wait to leave before whoever sends has to wait
 * @param reconnect how to come back after a loss
 * @param listener hears what happens to the client
 */
public record ClientSettings(
        Connector connector,
        String realm,
        @Nullable String authid,
        List<Authenticator> authenticators,
        Dict authextra,
        String agent,
        Duration connectTimeout,
        Duration replyTimeout,
        Duration closeTimeout,
        long receiveQueue,
        long sendQueue,
        Reconnect reconnect,
        ClientListener listener) {
    public ClientSettings {
        authenticators = List.copyOf(authenticators);
        positive("connectTimeout", connectTimeout);
        positive("replyTimeout", replyTimeout);
        positive("closeTimeout", closeTimeout);
        if (receiveQueue < 1 || sendQueue < 1) {
            throw new IllegalArgumentException("queues must hold something: " + receiveQueue + ", " + sendQueue);
        }
    }

    private static void positive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    /**
     * Anonymous, 10 s to connect, 60 s for replies, 2 s to close, 16 MiB for each queue, coming back by {@link Reconnect#DEFAULT}.
     *
     * @param uri {@code ws://}, {@code wss://}, {@code tcp://}, {@code tls://} or {@code unix://}, see {@link Transport}
     * @throws IllegalArgumentException if the URI is none of these
     */
    public static ClientSettings of(String uri, String realm) {
        return of(Transport.to(uri), realm);
    }

    /** The same defaults with any connector. */
    public static ClientSettings of(Connector connector, String realm) {
        return new ClientSettings(
                connector,
                realm,
                null,
                List.of(),
                Dict.EMPTY,
                "Polywire-Java",
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(2),
                16L << 20,
                16L << 20,
                Reconnect.DEFAULT,
                ClientListener.NONE);
    }

    /** Asks for an identity, to be proved by one of these. */
    public ClientSettings withAuth(String name, Authenticator... methods) {
        return copy(connector, name, List.of(methods), authextra, reconnect, listener);
    }

    /** Lets the router find the identity, by a key for example. */
    public ClientSettings withAuth(Authenticator... methods) {
        return copy(connector, null, List.of(methods), authextra, reconnect, listener);
    }

    /** Tells the router more: HELLO.Details.authextra. */
    public ClientSettings withAuthextra(Map<String, ?> extra) {
        Object wire = Convert.toWire(extra);
        return copy(
                connector,
                authid,
                authenticators,
                wire instanceof Map<?, ?> map ? Dict.of(Convert.strings(map)) : Dict.EMPTY,
                reconnect,
                listener);
    }

    /**
     * Uses this serialization.
     *
     * @throws IllegalStateException if the connector is no {@link Transport}
     */
    public ClientSettings withSerialization(Serialization serialization) {
        if (!(connector instanceof Transport transport)) {
            throw new IllegalStateException("only a Transport has serializations");
        }
        return withConnector(transport.withSerialization(serialization));
    }

    public ClientSettings withConnector(Connector other) {
        return copy(other, authid, authenticators, authextra, reconnect, listener);
    }

    public ClientSettings withReconnect(Reconnect policy) {
        return copy(connector, authid, authenticators, authextra, policy, listener);
    }

    public ClientSettings withListener(ClientListener other) {
        return copy(connector, authid, authenticators, authextra, reconnect, other);
    }

    public ClientSettings withAgent(String name) {
        return new ClientSettings(
                connector,
                realm,
                authid,
                authenticators,
                authextra,
                name,
                connectTimeout,
                replyTimeout,
                closeTimeout,
                receiveQueue,
                sendQueue,
                reconnect,
                listener);
    }

    public ClientSettings withTimeouts(Duration connect, Duration reply, Duration close) {
        return new ClientSettings(
                connector,
                realm,
                authid,
                authenticators,
                authextra,
                agent,
                connect,
                reply,
                close,
                receiveQueue,
                sendQueue,
                reconnect,
                listener);
    }

    public ClientSettings withQueues(long receive, long send) {
        return new ClientSettings(
                connector,
                realm,
                authid,
                authenticators,
                authextra,
                agent,
                connectTimeout,
                replyTimeout,
                closeTimeout,
                receive,
                send,
                reconnect,
                listener);
    }

    private ClientSettings copy(
            Connector link,
            @Nullable String name,
            List<Authenticator> methods,
            Dict extra,
            Reconnect policy,
            ClientListener hears) {
        return new ClientSettings(
                link,
                realm,
                name,
                methods,
                extra,
                agent,
                connectTimeout,
                replyTimeout,
                closeTimeout,
                receiveQueue,
                sendQueue,
                policy,
                hears);
    }
}
