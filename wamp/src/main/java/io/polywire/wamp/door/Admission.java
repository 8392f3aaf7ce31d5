package io.polywire.wamp.door;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.net.Headers;
import io.polywire.net.Peer;
import io.polywire.router.Identity;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may join a realm, and as whom.
 *
 * <p>Called on the connection's loop, so it must not block: what takes time answers {@link Later}.
 */
@FunctionalInterface
public interface Admission {
    /**
     * A client that wants to join.
     *
     * @param realm the realm's name; there is such a realm
     * @param details of HELLO
     * @param peer who is at the other end
     * @param transport what details.transport of the session will be
     * @param headers of the WebSocket upgrade; none for other transports
     * @param cookie the {@link #tracks tracking} cookie, null without one
     */
    record Applicant(
            String realm,
            Dict details,
            Peer peer,
            Map<String, @Nullable Object> transport,
            Headers headers,
            @Nullable String cookie) {}

    /** What is to be done with an applicant. */
    sealed interface Decision permits Admit, Ask, Refuse, Later {}

    /**
     * WELCOME.
     *
     * @param extra becomes WELCOME.Details.authextra, left out when empty
     */
    record Admit(Identity identity, Map<String, @Nullable Object> extra) implements Decision {}

    /** CHALLENGE: what comes next depends on the answer. */
    record Ask(String method, Dict extra, Answer then) implements Decision {}

    /** ABORT with the reason (a URI) and a text for the peer. */
    record Refuse(String reason, String text) implements Decision {}

    /** Not known yet. The stage may complete on any thread; an exception refuses with authentication_failed. */
    record Later(CompletionStage<Decision> decision) implements Decision {}

    /** Takes the client's AUTHENTICATE. */
    @FunctionalInterface
    interface Answer {
        Decision to(Message.Authenticate answer);
    }

    Decision admit(Applicant applicant);

    /** Whether browsers are to get a cookie by which they are known again. */
    default boolean tracks() {
        return false;
    }
}
