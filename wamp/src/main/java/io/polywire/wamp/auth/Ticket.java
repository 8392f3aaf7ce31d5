package io.polywire.wamp.auth;

import io.polywire.model.Dict;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission.Decision;

/** A password or token, sent as it is (WAMP, "Ticket-based Authentication"). */
final class Ticket {
    private Ticket() {}

    static Decision begin(Attempt attempt) {
        return attempt.ask(Dict.EMPTY, answer -> attempt.judged(matches(answer.signature(), attempt.principal())));
    }

    /** Looks at all credentials whatever the first ones say, so that the time does not tell which one fits. */
    static boolean matches(String ticket, Principal principal) {
        byte[] hash = Crypto.sha256(Crypto.utf8(ticket));
        long now = System.currentTimeMillis();
        boolean fits = false;
        for (Credential.Token token : principal.all(Credential.Token.class)) {
            fits |= Crypto.same(hash, token.sha256()) && now < token.expires();
        }
        for (Credential.Scram scram : principal.all(Credential.Scram.class)) {
            fits |= Passwords.matches(ticket, scram);
        }
        return fits;
    }
}
