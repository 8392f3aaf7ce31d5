package io.polywire.wamp.client;

import org.jspecify.annotations.Nullable;

/**
 * A call whose arguments are sent piece by piece (WAMP, "Progressive Call Invocations").
 *
 * <pre>{@code
 * CallStream upload = client.open("files.store", CallOptions.DEFAULT, "report.pdf");
 * for (byte[] part : parts) {
 *     upload.send(part);
 * }
 * Result stored = upload.finish().await();
 * }</pre>
 *
 * <p>The callee may answer before the last piece; what is sent after that is ignored. Thread-safe.
 */
public final class CallStream {
    private final Session session;
    private final PendingCall call;

    CallStream(Session session, PendingCall call) {
        this.session = session;
        this.call = call;
    }

    /** The call, to wait for or cancel. */
    public PendingCall call() {
        return call;
    }

    /**
     * Sends a piece; blocks while too much waits to leave.
     *
     * @throws WampException if the session is over
     */
    public void send(@Nullable Object... args) {
        session.more(call, Arguments.of(args), true);
    }

    /** Sends the last piece, which may be empty. */
    public PendingCall finish(@Nullable Object... args) {
        session.more(call, Arguments.of(args), false);
        return call;
    }
}
