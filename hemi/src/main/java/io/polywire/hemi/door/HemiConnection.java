package io.polywire.hemi.door;

import io.polywire.hemi.login.LoginServer;
import io.polywire.hemi.login.PublicKey;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.Envelopes;
import io.polywire.hemi.message.HemiException;
import io.polywire.hemi.message.InvalidCommandException;
import io.polywire.hemi.message.MalformedMessageException;
import io.polywire.hemi.message.PingRequest;
import io.polywire.hemi.message.PingResponse;
import io.polywire.model.AccessEvent;
import io.polywire.net.CloseCode;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client, from its login to its end.
 *
 * <pre>
 *   LOGIN --proved--> ADMITTING --role--> OPEN ----> ENDED
 *     |                   | no role: 4100             ^
 *     +-------------------+---------------------------+
 * </pre>
 *
 * <p>Threads: owned by the connection's loop. A step of the login runs on {@link LoginPool}, one at a time; what comes
 * meanwhile waits, and nothing more is read.
 */
final class HemiConnection implements MessageHandler {
    /** Close code for a key that is not let in; such a client does not try again. */
    static final int INVALID_KEY = 4100;

    private static final String METHOD = "secp256k1";

    private static final int TRY_AGAIN_LATER = 1013;
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final System.Logger LOG = System.getLogger("io.polywire.hemi");

    private enum State {
        LOGIN,
        ADMITTING,
        OPEN,
        ENDED
    }

    private final HemiDoor door;
    private final CommandSet pings;
    private final String pingCommand;
    private State state = State.LOGIN;
    private @Nullable WebSocket socket;
    private @Nullable LoginServer login;
    private @Nullable PublicKey key;
    private String role = "";
    private @Nullable Conversation conversation;

    private final ArrayDeque<Envelope> early = new ArrayDeque<>();
    private boolean stepping;
    private boolean welcomed;
    private boolean pausedByLogin;
    private boolean pausedByQueue;
    private boolean pausedByConversation;
    private long loginDeadline;
    private long stuckSince;

    HemiConnection(HemiDoor door) {
        this.door = door;
        this.pings = CommandSet.of(door.service().api());
        this.pingCommand = door.service().api() + "-ping-request";
    }

    WebSocket socket() {
        return Objects.requireNonNull(socket);
    }

    HemiDoorSettings settings() {
        return door.settings();
    }

    /** Who it is; null without a login. */
    @Nullable
    PublicKey key() {
        return key;
    }

    /** The role that the key was admitted in; empty without a login. */
    String role() {
        return role;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    // --- login -----------------------------------------------------------------------------------------------------

    @Override
    public void onOpen(WebSocket opened) {
        socket = opened;
        door.opened();
        int high = Math.max(2, door.settings().queueLimit() / 2);
        opened.output().marks(high / 4, high);
        if (door.settings().login() == null) {
            open();
        } else {
            login = new LoginServer();
            loginDeadline = System.nanoTime() + door.settings().loginTimeout().toNanos();
        }
    }

    private void step(LoginServer with) {
        Envelope next = stepping || state != State.LOGIN ? null : early.poll();
        if (next == null) {
            return;
        }
        stepping = true;
        pauseForLogin(true);
        boolean taken = LoginPool.run(() -> {
            try {
                LoginServer.Step step = with.receive(next);
                socket().execute(() -> stepped(with, step));
            } catch (HemiException refused) {
                socket().execute(() -> {
                    if (state == State.LOGIN) {
                        refused(null, refused.text());
                    }
                    invalid(refused);
                });
            }
        });
        if (!taken) {
            refused(null, "too many logins at once");
            end(TRY_AGAIN_LATER, "too many logins at once");
        }
    }

    private void stepped(LoginServer with, LoginServer.Step step) {
        if (state != State.LOGIN) {
            return;
        }
        stepping = false;
        switch (step) {
            case LoginServer.Ask ask -> {
                send(ask.message());
                pauseForLogin(false);
                step(with);
            }
            case LoginServer.Proved proved -> {
                state = State.ADMITTING;
                admit(proved.key(), Objects.requireNonNull(door.settings().login()));
            }
        }
    }

    private void admit(PublicKey proved, Admission admission) {
        admission.role(proved).whenComplete((found, failure) -> {
            if (failure == null) {
                socket().execute(() -> admitted(proved, found));
            } else {
                LOG.log(Level.WARNING, "the admission of " + proved + " could not be decided", failure);
                socket().execute(() -> {
                    refused(proved, "the admission could not be decided");
                    end(CloseCode.INTERNAL_ERROR, ""); // not 4100: it may try again
                });
            }
        });
    }

    private void admitted(PublicKey proved, Optional<String> as) {
        if (state != State.ADMITTING) {
            return;
        }
        if (as.isEmpty()) {
            refused(proved, "invalid public key");
            end(INVALID_KEY, "invalid public key");
            return;
        }
        key = proved;
        role = as.get();
        login = null;
        door.access()
                .accept(AccessEvent.login("hemi", door.realm(), proved.hex(), role, METHOD, address()));
        open();
    }

    private void refused(@Nullable PublicKey who, String reason) {
        door.access()
                .accept(AccessEvent.refusal(
                        "hemi", door.realm(), who == null ? null : who.hex(), METHOD, address(), reason));
    }

    private String address() {
        return socket().peer().address();
    }

    private void open() {
        state = State.OPEN;
        Conversation begun = door.service().open(this);
        conversation = begun;
        begun.begin();
    }

    /** The first message, without which no client is connected; then what the client said early. */
    void welcome() {
        if (state != State.OPEN) {
            return;
        }
        send(pings.write("0", PingRequest.now()));
        welcomed = true;
        pauseForLogin(false);
        for (Envelope next = early.poll(); next != null; next = early.poll()) {
            handle(next);
        }
        Conversation with = conversation;
        if (with != null) {
            with.receivedAll();
        }
    }

    // --- messages --------------------------------------------------------------------------------------------------

    @Override
    public void onMessage(WebSocket from, byte[] octets, int offset, int length, boolean text) {
        if (state == State.ENDED) {
            return;
        }
        Envelope envelope;
        try {
            envelope = Envelopes.read(octets, offset, length, door.service().commands());
        } catch (MalformedMessageException bad) {
            LOG.log(Level.DEBUG, bad.text());
            end(MalformedMessageException.CLOSE_CODE, MalformedMessageException.CLOSE_REASON);
            return;
        }
        if (welcomed) {
            handle(envelope);
            return;
        }
        early.add(envelope);
        LoginServer with = login;
        if (with != null) {
            step(with);
        }
    }

    private void handle(Envelope envelope) {
        Conversation with = conversation;
        if (state != State.OPEN || with == null) {
            return;
        }
        try {
            if (envelope.command().equals(pingCommand)) {
                ping(envelope);
            } else {
                with.receive(envelope);
            }
        } catch (InvalidCommandException bad) {
            invalid(bad);
        }
    }

    private void ping(Envelope envelope) {
        if (!(pings.read(envelope).payload() instanceof PingRequest request)) {
            throw new InvalidCommandException("payload is null");
        }
        send(pings.write(envelope.id(), PingResponse.to(request)));
    }

    private void invalid(HemiException why) {
        LOG.log(Level.DEBUG, why.text());
        end(CloseCode.NORMAL, "");
    }

    @Override
    public void onReadComplete(WebSocket from) {
        Conversation with = conversation;
        if (with != null && state == State.OPEN) {
            with.receivedAll();
        }
        if (!from.output().writable() && !pausedByQueue) {
            pausedByQueue = true; // who does not read its answers is not read either
            from.pauseReading();
        }
    }

    /** Queues a message; on the loop. */
    void send(byte[] message) {
        socket().send(message, 0, message.length, true);
    }

    // --- when it is read -------------------------------------------------------------------------------------------

    private void pauseForLogin(boolean pause) {
        pausedByLogin = pause;
        adjustReading();
    }

    /** Whether the conversation has enough to do; on the loop. */
    void pauseForConversation(boolean pause) {
        if (pause != pausedByConversation) {
            pausedByConversation = pause;
            adjustReading();
        }
    }

    private void adjustReading() {
        if (pausedByLogin || pausedByQueue || pausedByConversation) {
            socket().pauseReading();
        } else {
            socket().resumeReading();
        }
    }

    @Override
    public void onDrained(WebSocket from) {
        if (pausedByQueue) {
            pausedByQueue = false;
            adjustReading();
        }
    }

    @Override
    public void onTick(WebSocket from) {
        long now = System.nanoTime();
        if (pausedByQueue && from.output().writable()) {
            onDrained(from);
        }
        if (from.queuedBytes() <= door.settings().queueLimit()) {
            stuckSince = 0;
        } else if (stuckSince == 0) {
            stuckSince = now;
        } else if (now - stuckSince > STUCK_NANOS) {
            from.abort();
            return;
        }
        if (login != null && state != State.OPEN && now - loginDeadline > 0) {
            refused(null, "the login took too long");
            from.abort(); // no close frame, as the original
            return;
        }
        Conversation with = conversation;
        if (with != null && state == State.OPEN) {
            with.tick(now);
        }
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    /** Closes; what was sent before still goes out. On the loop. */
    void end(int code, String reason) {
        if (state != State.ENDED) {
            over();
            socket().closeAfterFlush(code, reason);
        }
    }

    private void over() {
        state = State.ENDED;
        early.clear();
        Conversation with = conversation;
        conversation = null;
        if (with != null) {
            with.over();
        }
    }

    @Override
    public void onClose(WebSocket from, int code, String reason) {
        if (state != State.ENDED) {
            over();
        }
        door.closed();
    }
}
