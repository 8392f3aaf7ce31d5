package io.polywire.wamp.auth;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.wamp.door.Admission.Applicant;
import io.polywire.wamp.door.Admission.Decision;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A try to join by a method that asks for a secret.
 *
 * @param method as the client calls it
 * @param principal real or decoy
 * @param known false for a decoy: whatever it proves, it is refused in the end
 */
record Attempt(
        Authentication authentication,
        Applicant applicant,
        AuthRules rules,
        String method,
        Principal principal,
        boolean known) {
    /** The name that the attempt counts for: as the client said it, else as it was found by its key. */
    String counted() {
        String said = applicant.details().string("authid");
        return counted(applicant, said == null || said.isEmpty() ? principal.authid() : said);
    }

    static String counted(Applicant applicant, @Nullable String name) {
        return applicant.realm() + '\0' + (name == null ? "" : name);
    }

    /** HELLO.Details.authextra. */
    Dict authextra() {
        return applicant.details().dict("authextra");
    }

    /** CHALLENGE; the answer is judged on a worker thread. */
    Decision ask(Dict extra, Function<Message.Authenticate, Decision> judge) {
        return authentication.ask(method, extra, judge);
    }

    /** The end: WELCOME with this authextra, or the refusal that is the same for all causes. */
    Decision judged(boolean proven, Map<String, @Nullable Object> welcomeExtra) {
        return proven && known ? authentication.admit(this, welcomeExtra) : authentication.denied(applicant);
    }

    Decision judged(boolean proven) {
        return judged(proven, Map.of());
    }
}
