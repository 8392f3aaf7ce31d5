package io.polywire.hemi.client;

import io.polywire.hemi.login.LoginClient;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.Envelopes;
import io.polywire.hemi.message.HemiException;
import io.polywire.hemi.message.MalformedMessageException;
import io.polywire.net.Client;
import io.polywire.net.CloseCode;
import io.polywire.net.HandshakeRefused;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import io.polywire.net.WebSocketSettings;
import io.polywire.net.WebSocketTarget;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the server: dial, login, first message, then whatever comes. It tells its {@link Connector} when it is
 * ready and, once, when it is over.
 *
 * <p>Threads: owned by the connection's loop; {@link #send} and {@link #close} may be called from any.
 */
final class ClientConnection implements MessageHandler {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 307, 308);
    private static final int MOST_REDIRECTS = 10;

    /** Octets that may wait for the server to read them. */
    private static final long QUEUE_LIMIT = 16 << 20;

    /** Messages that may wait for the listener. */
    private static final int INBOX_LIMIT = 1_000;

    private enum State {
        DIALLING,
        HELLO_SENT,
        SIGNING,
        FIRST,
        ONLINE,
        ENDED
    }

    private final Connector connector;
    private final HemiClientSettings settings;
    private final Calls calls = new Calls();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile State state = State.DIALLING;
    private volatile @Nullable WebSocket socket;
    private boolean pausedByInbox;

    ClientConnection(Connector connector) {
        this.connector = connector;
        this.settings = connector.settings();
    }

    /** Those that wait for an answer by this connection. */
    Calls calls() {
        return calls;
    }

    // --- connecting ------------------------------------------------------------------------------------------------

    void dial() {
        dial(settings.url(), 0);
    }

    private void dial(URI url, int redirects) {
        WebSocketTarget target = WebSocketTarget.of(url).withTimeout(settings.connectTimeout());
        if (settings.tls() != null && target.tls() != null) {
            target = target.withTls(settings.tls());
        }
        WebSocketSettings limits = WebSocketSettings.ofLimit(settings.readLimit())
                .withPing(Duration.ZERO, 0)
                .withTooBigReason("read limited at " + (settings.readLimit() + 1L) + " bytes");
        var _ = Client.webSocket(connector.loops(), target, limits, this).whenComplete((opened, failure) -> {
            if (failure != null) {
                refused(url, redirects, failure);
            }
        });
    }

    private void refused(URI url, int redirects, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof HandshakeRefused refused
                && REDIRECTS.contains(refused.status())
                && redirects < MOST_REDIRECTS) {
            String location = refused.headers().first("Location");
            if (location != null) {
                try {
                    dial(url.resolve(location.trim()), redirects + 1);
                    return;
                } catch (IllegalArgumentException bad) {
                    cause = bad;
                }
            }
        }
        over(new ConnectionException("dial server: " + cause.getMessage(), CloseCode.ABNORMAL, "", cause));
    }

    @Override
    public void onOpen(WebSocket opened) {
        socket = opened;
        if (state == State.ENDED) {
            opened.abort();
            return;
        }
        LoginClient login = settings.login();
        if (login == null) {
            state = State.FIRST;
        } else {
            send(opened, login.hello());
            state = State.HELLO_SENT;
        }
    }

    /** The time to connect is over. */
    void giveUp() {
        if (state != State.ONLINE && state != State.ENDED) {
            over(new ConnectionException(
                    "no connection within " + settings.connectTimeout().toMillis() + " ms",
                    CloseCode.ABNORMAL,
                    "",
                    null));
            abort();
        }
    }

    // --- messages --------------------------------------------------------------------------------------------------

    @Override
    public void onMessage(WebSocket from, byte[] octets, int offset, int length, boolean text) {
        Envelope envelope;
        try {
            envelope = Envelopes.read(octets, offset, length);
        } catch (MalformedMessageException bad) {
            fail(from, bad, MalformedMessageException.CLOSE_CODE, MalformedMessageException.CLOSE_REASON);
            return;
        }
        switch (state) {
            case HELLO_SENT -> challenged(from, envelope);
            case FIRST -> {
                state = State.ONLINE; // whatever it says: it is not answered
                connector.online(this);
            }
            case ONLINE -> {
                if (!calls.answer(envelope) && connector.unsolicited(this, envelope) > INBOX_LIMIT && !pausedByInbox) {
                    pausedByInbox = true;
                    from.pauseReading();
                }
            }
            default -> {}
        }
    }

    private void challenged(WebSocket from, Envelope envelope) {
        LoginClient login = settings.login();
        if (login == null) {
            return;
        }
        state = State.SIGNING;
        Thread.startVirtualThread(() -> {
            try {
                byte[] answer = login.answer(envelope);
                from.execute(() -> {
                    if (state == State.SIGNING) {
                        state = State.FIRST;
                        send(from, answer);
                    }
                });
            } catch (HemiException refused) {
                from.execute(() -> fail(from, refused, CloseCode.NORMAL, ""));
            }
        });
    }

    private void fail(WebSocket from, HemiException why, int code, String reason) {
        String text = state == State.HELLO_SENT || state == State.SIGNING
                ? "failed to handshake with server: " + why.text()
                : why.text();
        over(new ConnectionException(text, code, reason, why));
        from.closeAfterFlush(code, reason);
    }

    private static void send(WebSocket to, byte[] message) {
        to.send(message, 0, message.length, true);
    }

    /**
     * Queues a message; from any thread. It is lost if the connection ends before it is sent.
     *
     * @throws HemiException if too much waits already
     */
    void send(byte[] message) {
        WebSocket to = socket;
        if (to == null) {
            return;
        }
        if (to.queuedBytes() > QUEUE_LIMIT) {
            throw new HemiException("the server does not read: " + to.queuedBytes() + " octets wait");
        }
        if (to.loop().inLoop()) {
            send(to, message);
        } else {
            to.execute(() -> send(to, message));
        }
    }

    @Override
    public void onTick(WebSocket from) {
        if (pausedByInbox && connector.waiting() < INBOX_LIMIT / 2) {
            pausedByInbox = false;
            from.resumeReading();
        }
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    /** Closes in order, by the code and reason of the exception; the future completes when the connection is over. */
    CompletableFuture<Void> close(ConnectionException why) {
        WebSocket open = socket;
        over(why);
        if (open == null) {
            closed.complete(null);
        } else {
            open.closeAfterFlush(why.closeCode(), why.closeReason());
        }
        return closed;
    }

    private void abort() {
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }

    private void over(ConnectionException why) {
        boolean first;
        synchronized (this) {
            first = state != State.ENDED;
            state = State.ENDED;
        }
        if (first) {
            connector.offline(this, why);
            calls.fail(why);
        }
    }

    @Override
    public void onClose(WebSocket from, int code, String reason) {
        boolean login = state == State.HELLO_SENT || state == State.SIGNING;
        String text = "connection closed: " + code + (reason.isEmpty() ? "" : " " + reason);
        over(new ConnectionException(login ? "failed to handshake with server: " + text : text, code, reason, null));
        closed.complete(null);
    }
}
