package io.polywire.wamp.auth;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Reasons;
import io.polywire.net.Headers;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission.Applicant;
import io.polywire.wamp.door.Admission.Decision;
import io.polywire.wamp.door.Admission.Later;
import io.polywire.wamp.door.Admission.Refuse;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Authentication whose decisions are taken by a procedure: {@code (realm, authid, details)} to a role, or to a dict of
 * {@code role}, {@code authid}, {@code extra} and what the method needs ({@code secret} and {@code salt}, {@code ticket},
 * {@code pubkey}, or the keys of SCRAM).
 *
 * <p>For a ticket the procedure is called with it, in {@code details.ticket}; for other methods it is called first, and the
 * client has to prove that it knows what the procedure told. An ERROR denies: the client is asked for its secret none the
 * less, where the method asks for one.
 */
final class Dynamic {
    static final String PROVIDER = "dynamic";

    private static final System.Logger LOG = System.getLogger("io.polywire.wamp.auth");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Authentication authentication;
    private final @Nullable Procedures procedures;
    private final Executor workers;

    Dynamic(Authentication authentication, @Nullable Procedures procedures, Executor workers) {
        this.authentication = authentication;
        this.procedures = procedures;
        this.workers = workers;
    }

    private static final class Misbehaved extends RuntimeException {
        private static final long serialVersionUID = 1;

        Misbehaved(String text) {
            super(text, null, false, false);
        }
    }

    /** One question to the procedure. */
    private record Question(
            Applicant applicant,
            AuthRules rules,
            String method,
            @Nullable String authid,
            String procedure) {
        String canonical() {
            return Methods.canonical(method);
        }
    }

    Decision begin(Applicant applicant, AuthRules rules, String method, @Nullable String authid, String procedure) {
        Question question = new Question(applicant, rules, method, authid, procedure);
        if (question.canonical().equals(Methods.TICKET)) {
            return authentication.ask(
                    method, Dict.EMPTY, answer -> ask(question, answer.signature(), found -> admit(question, found)));
        }
        return ask(
                question,
                null,
                found -> Methods.challenges(question.canonical())
                        ? authentication.begin(attempt(question, found))
                        : admit(question, found));
    }

    /** The procedure's answer, null where it denies, goes on as a decision. */
    private Decision ask(Question question, @Nullable String ticket, Function<@Nullable Principal, Decision> then) {
        Procedures caller = procedures;
        if (caller == null) {
            throw new IllegalStateException("there are dynamic authenticators, but nothing that calls them");
        }
        String realm =
                question.rules.dynamicRealm() == null ? question.applicant.realm() : question.rules.dynamicRealm();
        List<@Nullable Object> args =
                Arrays.asList(question.applicant.realm(), question.authid, details(question, ticket));
        return new Later(caller.call(realm, question.procedure, args, TIMEOUT)
                .handleAsync(
                        (result, failure) -> {
                            if (failure == null) {
                                return then.apply(principal(question, ticket, result));
                            }
                            Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                                    ? failure.getCause()
                                    : failure;
                            if (cause instanceof Procedures.CallFailed) {
                                return then.apply(null);
                            }
                            LOG.log(
                                    Level.WARNING,
                                    "no answer of the authenticator " + question.procedure + ": " + cause);
                            return new Refuse(Reasons.AUTHENTICATION_FAILED, "the authenticator did not answer");
                        },
                        workers)
                .exceptionally(Authentication::failed));
    }

    private static Map<String, @Nullable Object> details(Question question, @Nullable String ticket) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("authmethod", question.method);
        details.put("authextra", question.applicant.details().dict("authextra").asMap());
        details.put("session", WampCra.attemptId());
        if (ticket != null) {
            details.put("ticket", ticket);
        }
        Map<String, @Nullable Object> transport = new LinkedHashMap<>(question.applicant.transport());
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        for (Headers.Field field : question.applicant.headers()) {
            headers.merge(field.name().toLowerCase(Locale.ROOT), field.value(), (one, other) -> one + ", " + other);
        }
        transport.put("http_headers_received", headers);
        X509Certificate certificate = Certificates.of(question.applicant.peer());
        if (certificate != null) {
            Map<String, @Nullable Object> shown = new LinkedHashMap<>();
            shown.put("sha256", Certificates.fingerprint(certificate));
            shown.put("subject", certificate.getSubjectX500Principal().getName());
            transport.put("client_cert", shown);
        }
        details.put("transport", transport);
        return details;
    }

    private Decision admit(Question question, @Nullable Principal found) {
        return attempt(question, found).judged(true);
    }

    private Attempt attempt(Question question, @Nullable Principal found) {
        Principal principal = found;
        if (principal == null) {
            String name = question.authid == null ? "" : question.authid;
            Principal nobody = new Principal(name, "user", PROVIDER, List.of(), Map.of());
            principal = authentication.decoys().with(question.canonical(), nobody, question.applicant.realm());
        }
        return new Attempt(
                authentication, question.applicant, question.rules, question.method, principal, found != null);
    }

    // --- the answer ------------------------------------------------------------------------------------------------

    /** Null if it denies: the ticket is another than the procedure told. */
    private static @Nullable Principal principal(Question question, @Nullable String ticket, @Nullable Object result) {
        String authid = question.authid == null ? Crypto.hex(Crypto.random(8)) : question.authid;
        if (result instanceof String role && !role.isEmpty()) {
            if (ticket == null && Methods.challenges(question.canonical())) {
                throw wrong(question, "must tell the client's " + question.canonical() + " credential");
            }
            return new Principal(authid, role, PROVIDER, List.of(), Map.of());
        }
        if (!(result instanceof Map<?, ?> map)) {
            throw wrong(question, "must answer with a role or a dict");
        }
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        map.forEach((key, value) -> all.put(String.valueOf(key), value));
        Dict answer = Dict.of(all);
        try {
            String role = answer.string("role");
            String realm = answer.string("realm");
            String named = answer.string("authid");
            if (role == null || role.isEmpty()) {
                throw wrong(question, "gave no role");
            }
            if (realm != null && !realm.equals(question.applicant.realm())) {
                throw wrong(question, "gave another realm, which is not possible");
            }
            String expected = answer.string("ticket");
            if (ticket != null && expected != null && !Crypto.same(Crypto.utf8(ticket), Crypto.utf8(expected))) {
                return null;
            }
            return new Principal(
                    named == null ? authid : named,
                    role,
                    PROVIDER,
                    credentials(question, answer),
                    answer.dict("extra").asMap());
        } catch (InvalidArgument | IllegalArgumentException bad) {
            throw wrong(question, "gave a bad dict: " + bad.getMessage());
        }
    }

    private static List<Credential> credentials(Question question, Dict answer) {
        return switch (question.canonical()) {
            case Methods.WAMPCRA -> List.of(shared(question, answer));
            case Methods.SCRAM -> List.of(scram(question, answer));
            case Methods.CRYPTOSIGN -> keys(question, answer);
            default -> List.of();
        };
    }

    private static Credential shared(Question question, Dict answer) {
        byte[] key = Crypto.utf8(text(question, answer, "secret"));
        String salt = answer.string("salt");
        return new Credential.Shared(
                key,
                salt == null
                        ? null
                        : new Credential.Salt(
                                salt,
                                Math.toIntExact(answer.integer("iterations", 1000)),
                                Math.toIntExact(answer.integer("keylen", Crypto.SIZE))));
    }

    private static Credential scram(Question question, Dict answer) {
        String kdf = answer.string("kdf");
        Credential.Cost cost = new Credential.Cost(
                Credential.Kdf.of(kdf == null ? "pbkdf2" : kdf),
                Math.toIntExact(answer.integer("iterations", 4096)),
                Math.toIntExact(answer.integer("memory", 0)));
        byte[] salt = Base64.getDecoder().decode(text(question, answer, "salt"));
        Credential.Keys keys = new Credential.Keys(
                key(question, answer, "stored-key", "stored_key"), key(question, answer, "server-key", "server_key"));
        // Crossbar's keys are those of Autobahn's dialect; which one these are is not said.
        return new Credential.Scram(salt, cost, keys, keys);
    }

    /** Hexadecimal, as crossbar has it, or base64. */
    private static byte[] key(Question question, Dict answer, String name, String otherName) {
        String text = answer.string(name);
        text = text == null ? text(question, answer, otherName) : text;
        byte[] key = text.length() == 2 * Crypto.SIZE
                ? HexFormat.of().parseHex(text)
                : Base64.getDecoder().decode(text);
        if (key.length != Crypto.SIZE) {
            throw wrong(question, "gave a " + name + " that has not 32 octets");
        }
        return key;
    }

    private static List<Credential> keys(Question question, Dict answer) {
        List<Credential> keys = new ArrayList<>();
        Object given = answer.get("pubkey");
        for (Object one : given instanceof List<?> several ? several : Arrays.asList(given)) {
            byte[] key = one instanceof String hex ? HexFormat.of().parseHex(hex) : new byte[0];
            if (key.length != Crypto.SIZE) {
                throw wrong(question, "gave a pubkey that is not 64 hexadecimal digits");
            }
            keys.add(new Credential.PublicKey(key));
        }
        if (keys.isEmpty()) {
            throw wrong(question, "gave no pubkey");
        }
        return keys;
    }

    private static String text(Question question, Dict answer, String name) {
        String text = answer.string(name);
        if (text == null || text.isEmpty()) {
            throw wrong(question, "gave no " + name);
        }
        return text;
    }

    /** The fault of the procedure, which its author reads in the log; clients are not told more than that it failed. */
    private static Misbehaved wrong(Question question, String what) {
        return new Misbehaved("the authenticator " + question.procedure + " " + what);
    }
}
