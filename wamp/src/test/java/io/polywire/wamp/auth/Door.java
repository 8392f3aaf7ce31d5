package io.polywire.wamp.auth;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.net.Headers;
import io.polywire.net.Peer;
import io.polywire.wamp.door.Admission;
import io.polywire.wamp.door.Admission.Admit;
import io.polywire.wamp.door.Admission.Applicant;
import io.polywire.wamp.door.Admission.Ask;
import io.polywire.wamp.door.Admission.Decision;
import io.polywire.wamp.door.Admission.Refuse;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Plays the door to an {@link Admission}: waits for its decisions and passes on a client's answers. */
final class Door {
    private final Admission admission;
    private String address = "192.0.2.1:5000";
    private @Nullable SSLSession tls;
    private @Nullable String cookie;

    Door(Admission admission) {
        this.admission = admission;
    }

    Door from(String peer) {
        address = peer;
        return this;
    }

    Door over(SSLSession session) {
        tls = session;
        return this;
    }

    Door with(String trackingCookie) {
        cookie = trackingCookie;
        return this;
    }

    static Dict hello(@Nullable String authid, Map<String, @Nullable Object> authextra, String... methods) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("authmethods", Arrays.asList((Object[]) methods));
        if (authid != null) {
            details.put("authid", authid);
        }
        details.put("authextra", authextra);
        return Dict.of(details);
    }

    Decision hello(Dict details) {
        Headers headers = Headers.of("X-Forwarded-For", "198.51.100.7");
        return settled(admission.admit(new Applicant(
                "realm1", details, new Peer(address, "", tls, null), Map.of("type", "websocket"), headers, cookie)));
    }

    Ask asked(Dict details) {
        Decision decision = hello(details);
        if (decision instanceof Ask ask) {
            return ask;
        }
        throw new AssertionError("not asked, but " + decision);
    }

    Admit admitted(Dict details) {
        return admitted(hello(details));
    }

    Refuse refused(Dict details) {
        return refused(hello(details));
    }

    static Decision answer(Ask ask, String signature) {
        return answer(ask, signature, Dict.EMPTY);
    }

    static Decision answer(Ask ask, String signature, Dict extra) {
        return settled(ask.then().to(new Message.Authenticate(signature, extra)));
    }

    static Admit admitted(Decision decision) {
        if (decision instanceof Admit admit) {
            return admit;
        }
        throw new AssertionError("not admitted, but " + decision);
    }

    static Refuse refused(Decision decision) {
        if (decision instanceof Refuse refuse) {
            return refuse;
        }
        throw new AssertionError("not refused, but " + decision);
    }

    private static Decision settled(Decision decision) {
        Decision now = decision;
        while (now instanceof Admission.Later later) {
            try {
                now = later.decision().toCompletableFuture().get(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError("no decision", e);
            }
        }
        return now;
    }

    /** An authentication with these principals in realm1, all its methods, and default tools changed. */
    static Authentication authentication(AuthRules rules, Function<Authentication.Tools, Authentication.Tools> change) {
        Authentication.Tools tools = Authentication.Tools.inMemory(Runnable::run);
        return new Authentication(realm -> realm.equals("realm1") ? rules : null, change.apply(tools));
    }

    static Authentication authentication(AuthRules rules) {
        return authentication(rules, tools -> tools);
    }

    static StaticPrincipals principals(Principal... all) {
        return new StaticPrincipals(Map.of("realm1", List.of(all)));
    }

    static Principal principal(String authid, Credential... credentials) {
        return new Principal(authid, "staff", "static", List.of(credentials), Map.of());
    }
}
