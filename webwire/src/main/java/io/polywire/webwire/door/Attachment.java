package io.polywire.webwire.door;

import io.polywire.model.AccessEvent;
import io.polywire.model.Reasons;
import io.polywire.net.CloseCode;
import io.polywire.router.Identity;
import io.polywire.webwire.message.Composer;
import io.polywire.webwire.message.Encoding;
import io.polywire.webwire.message.Message.RestoreSession;
import io.polywire.webwire.message.Message.SessionClosed;
import io.polywire.webwire.message.Message.SessionCreated;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import io.polywire.webwire.session.StoredSession;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The WebWire session of a client in its realm: made by a login procedure, restored or closed by the client. With it goes
 * the identity.
 *
 * <p>Owned by the realm's thread; the store is asked on virtual threads.
 */
final class Attachment {
    private static final String METHOD = "webwire-session";

    /** What is attached. */
    private record Attached(String digest, Session session) {}

    /** What the store had, and what it becomes. */
    private record Found(StoredSession stored, Session session) {}

    private final BridgedSession client;
    private final WebWireDoor door;
    private @Nullable Attached attached;

    Attachment(BridgedSession client, WebWireDoor door) {
        this.client = client;
        this.door = door;
    }

    /** Answers the message, and lets the client go on. */
    void restore(RestoreSession m) {
        String digest = StoredSession.digest(m.key());
        if (!door.active().claim(digest, client)) {
            refused("the session is active");
            client.error(m.id(), Answers.sessionActive(m.key()));
            client.ready();
            return;
        }
        door.<@Nullable Found>ask(
                () -> find(m.key(), digest), found -> restored(m, digest, found), failure -> failed(m, digest));
    }

    private @Nullable Found find(String key, String digest) {
        door.expire();
        StoredSession stored = door.store().find(digest);
        if (stored == null) {
            return null;
        }
        Session session = Session.ofJson(key, stored.created(), stored.info());
        door.store().touch(digest, Instant.now());
        return new Found(stored, session);
    }

    private void restored(RestoreSession m, String digest, @Nullable Found found) {
        if (client.isOver() || found == null) {
            door.active().release(digest, client);
        }
        if (client.isOver()) {
            return;
        }
        if (found == null) {
            refused("there is no such session");
            client.error(m.id(), Answers.sessionNotFound(m.key()));
        } else {
            Attached before = attached;
            if (before != null) {
                door.active().release(before.digest(), client);
            }
            attach(new Attached(digest, found.session()), found.stored());
            byte[] json = found.session().toJson();
            client.reply(m.id(), new Payload(Encoding.UTF16, json)); // so the original labels it
        }
        client.ready();
    }

    private void failed(RestoreSession m, String digest) {
        door.active().release(digest, client);
        if (!client.isOver()) {
            refused("the session store failed");
            client.error(m.id(), Answers.restorationFailed());
            client.finish(CloseCode.INTERNAL_ERROR, "internal error");
        }
    }

    private void attach(Attached now, StoredSession stored) {
        boolean had = attached != null;
        attached = now;
        client.identity(new Identity(stored.authid(), stored.authrole(), METHOD, client.door(), Map.of()));
        door.access()
                .accept(AccessEvent.login(
                        client.door(), realm(), stored.authid(), stored.authrole(), METHOD, client.address()));
        if (!had) {
            client.attached(true);
        }
    }

    private void refused(String reason) {
        door.access()
                .accept(AccessEvent.refusal(client.door(), realm(), null, METHOD, client.address(), reason));
    }

    private String realm() {
        return door.realm().realm().name();
    }

    /**
     * Gives the client a session, and tells it.
     *
     * @param then told the key
     * @param not told why there is none
     */
    void create(
            String authid,
            String authrole,
            @Nullable Object info,
            Consumer<String> then,
            Consumer<RequestException> not) {
        if (attached != null) {
            not.accept(new RequestException(
                    "webwire.error.SESSION_EXISTS", "Another session on this client is already active"));
            return;
        }
        Session made = Session.of(info);
        String digest = StoredSession.digest(made.key());
        StoredSession stored =
                new StoredSession(digest, authid, authrole, made.created(), Instant.now(), made.infoJson());
        door.active().claim(digest, client);
        door.ask(
                () -> {
                    door.expire();
                    door.store().put(stored);
                    return made;
                },
                _ -> {
                    if (client.isOver() || attached != null) {
                        door.active().release(digest, client);
                        forget(digest, _ -> {});
                        not.accept(
                                new RequestException(Reasons.NO_SUCH_SESSION, "the client is gone or has a session"));
                        return;
                    }
                    attach(new Attached(digest, made), stored);
                    client.outbox().post(Composer.compose(new SessionCreated(made.toJson())));
                    then.accept(made.key());
                },
                _ -> {
                    door.active().release(digest, client);
                    not.accept(new RequestException("webwire.error.INTERNAL_ERROR", "the session cannot be stored"));
                });
    }

    /**
     * Closes the session, and tells the client; nothing happens without one.
     *
     * @param then on the realm's thread; told why the session could not be removed from the store, or null
     */
    void close(Consumer<@Nullable RuntimeException> then) {
        Attached closing = attached;
        if (closing == null) {
            then.accept(null);
            return;
        }
        attached = null;
        forget(closing.digest(), failure -> {
            door.active().release(closing.digest(), client);
            if (!client.isOver() && attached == null) { // none was restored meanwhile
                client.identity(null);
                client.attached(false);
                client.outbox().post(Composer.compose(new SessionClosed()));
            }
            then.accept(failure);
        });
    }

    private void forget(String digest, Consumer<@Nullable RuntimeException> then) {
        door.ask(
                () -> {
                    door.store().remove(digest);
                    return digest;
                },
                _ -> then.accept(null),
                failure -> then.accept(failure));
    }

    /** The client is gone: its session may be restored elsewhere from now on. */
    void leave() {
        Attached left = attached;
        attached = null;
        if (left != null) {
            door.active().release(left.digest(), client);
            door.touch(left.digest());
        }
    }
}
