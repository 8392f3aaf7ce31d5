package io.polywire.wamp.door;

import io.polywire.model.Reasons;
import io.polywire.router.Identity;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Admits everybody with one role, as somebody new each time (WAMP, "Anonymous Authentication").
 *
 * @param role the authrole of those admitted
 */
public record Anonymous(String role) implements Admission {
    private static final String METHOD = "anonymous";
    private static final SecureRandom RANDOM = new SecureRandom();

    @Override
    public Decision admit(Applicant applicant) {
        List<?> methods = applicant.details().list("authmethods");
        if (methods != null && !methods.isEmpty() && !methods.contains(METHOD)) {
            return new Refuse(Reasons.NO_MATCHING_AUTH_METHOD, "this realm only knows the method " + METHOD);
        }
        byte[] id = new byte[8];
        RANDOM.nextBytes(id);
        return new Admit(new Identity(HexFormat.of().formatHex(id), role, METHOD, "static", Map.of()), Map.of());
    }
}
