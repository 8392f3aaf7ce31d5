package io.polywire.wamp.auth;

import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message;
import io.polywire.model.Reasons;
import io.polywire.router.Identity;
import io.polywire.wamp.crypto.Crypto;
import io.polywire.wamp.door.Admission;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients into realms by the first method of HELLO.Details.authmethods that the realm has for who they say they are.
 *
 * <p>A client that offers no method is anonymous. For a name that nobody has, a {@link Decoys decoy} stands in. Where neither
 * the principal nor the decoy has a method that was offered, the first one that the realm has is asked for and refused.
 *
 * <p>Thread-safe. Everything but anonymous admission happens on the workers.
 */
public final class Authentication implements Admission {
    /**
     * What all realms share.
     *
     * @param attempts limits them
     * @param cookies who came with which cookie
     * @param key proves the router to clients of cryptosign, null to leave that out
     * @param procedures calls dynamic authenticators, null if there are none
     * @param decoys stand in for unknown names
     * @param workers for what takes time; see {@link #workers}
     */
    public record Tools(
            Attempts attempts,
            Cookies cookies,
            @Nullable RouterKey key,
            @Nullable Procedures procedures,
            Decoys decoys,
            Executor workers) {
        /** Default limits, all in memory, no key, no dynamic authenticators, and a new secret. */
        public static Tools inMemory(Executor workers) {
            return new Tools(
                    new Attempts(Attempts.Limits.DEFAULT),
                    Cookies.inMemory(),
                    null,
                    null,
                    new Decoys(Crypto.random(Crypto.SIZE)),
                    workers);
        }

        public Tools withAttempts(Attempts other) {
            return new Tools(other, cookies, key, procedures, decoys, workers);
        }

        public Tools withCookies(Cookies other) {
            return new Tools(attempts, other, key, procedures, decoys, workers);
        }

        public Tools withKey(@Nullable RouterKey other) {
            return new Tools(attempts, cookies, other, procedures, decoys, workers);
        }

        public Tools withProcedures(@Nullable Procedures other) {
            return new Tools(attempts, cookies, key, other, decoys, workers);
        }

        public Tools withDecoys(Decoys other) {
            return new Tools(attempts, cookies, key, procedures, other, workers);
        }
    }

    private static final System.Logger LOG = System.getLogger("io.polywire.wamp.auth");
    private static final int LONGEST_NAME = 256;
    private static final int MOST_METHODS = 32;
    private static final int MOST_WAITING = 4096;

    private final Function<String, @Nullable AuthRules> rules;
    private final Tools tools;
    private final Decoys decoys;
    private final Dynamic dynamic;

    /**
     * @param rules those of a realm, by its name; null if nobody may join it. Asked for each HELLO, must not block
     */
    public Authentication(Function<String, @Nullable AuthRules> rules, Tools tools) {
        this.rules = rules;
        this.tools = tools;
        this.decoys = tools.decoys();
        this.dynamic = new Dynamic(this, tools.procedures(), tools.workers());
    }

    /**
     * A thread for each processor, with a queue of at most 4,096: key derivation is work, so more threads would not help, and
     * virtual threads would keep others waiting.
     */
    public static ThreadPoolExecutor workers() {
        int threads = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().daemon().name("polywire-auth-", 1).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** What a client asks for. */
    private record Request(
            Applicant applicant,
            AuthRules rules,
            Set<String> methods,
            @Nullable String authid) {
        boolean offers(String method) {
            return rules.methods().contains(method) && methods.contains(method);
        }
    }

    @Override
    public boolean tracks() {
        return true;
    }

    @Override
    public Decision admit(Applicant applicant) {
        AuthRules of = rules.apply(applicant.realm());
        if (of == null) {
            return new Refuse(Reasons.NO_MATCHING_AUTH_METHOD, "this realm lets nobody in");
        }
        String authid = applicant.details().string("authid");
        if (authid != null && authid.length() > LONGEST_NAME) {
            throw new InvalidArgument("authid is longer than " + LONGEST_NAME + " characters");
        }
        Request request = new Request(
                applicant, of, methods(applicant.details()), authid == null || authid.isEmpty() ? null : authid);
        for (String name : request.methods) {
            String method = Methods.canonical(name);
            if (of.methods().contains(method)) {
                return method.equals(Methods.ANONYMOUS) && !of.dynamic().containsKey(method)
                        ? anonymous(request)
                        : later(() -> choose(request));
            }
        }
        return noMethod(request);
    }

    private static Set<String> methods(Dict details) {
        List<?> offered = details.list("authmethods");
        if (offered == null || offered.isEmpty()) {
            return Set.of(Methods.ANONYMOUS);
        }
        Set<String> methods = new LinkedHashSet<>();
        for (Object one : offered) {
            if (!(one instanceof String name)) {
                throw new InvalidArgument("authmethods must be a list of strings");
            }
            if (methods.size() < MOST_METHODS) {
                methods.add(name);
            }
        }
        return methods;
    }

    private static Decision noMethod(Request request) {
        return new Refuse(
                Reasons.NO_MATCHING_AUTH_METHOD,
                "none of the methods offered can be used; this realm has "
                        + String.join(", ", new TreeSet<>(request.rules.methods())));
    }

    // --- which method, on a worker ---------------------------------------------------------------------------------

    private Decision choose(Request request) {
        Attempt base = who(request);
        String possible = null;
        for (String name : request.methods) {
            String method = Methods.canonical(name);
            if (!request.rules.methods().contains(method)) {
                continue;
            }
            Decision decision = attempt(request, base, name, method);
            if (decision != null) {
                return decision;
            }
            if (possible == null && Methods.challenges(method)) {
                possible = name;
            }
        }
        if (base == null || possible == null) {
            return noMethod(request);
        }
        // A real principal that lacks what was offered looks like a decoy that lacks it.
        Principal instead = decoys.with(Methods.canonical(possible), base.principal(), request.applicant.realm());
        return counted(new Attempt(this, request.applicant, request.rules, possible, instead, false));
    }

    private @Nullable Decision attempt(Request request, @Nullable Attempt base, String name, String method) {
        String procedure = request.rules.dynamic().get(method);
        if (procedure != null) {
            return dynamic(request, name, procedure);
        }
        return switch (method) {
            case Methods.ANONYMOUS -> anonymous(request);
            case Methods.COOKIE -> cookie(request);
            case Methods.TLS -> certificate(request);
            default ->
                base != null && Methods.has(base.principal(), method)
                        ? counted(new Attempt(
                                this, request.applicant, request.rules, name, base.principal(), base.known()))
                        : null;
        };
    }

    /** The principal or its decoy; null if the client does not say who it is. Takes the same steps in both cases. */
    private @Nullable Attempt who(Request request) {
        String realm = request.applicant.realm();
        PrincipalSource source = request.rules.principals();
        String name = request.authid;
        Principal found;
        if (name != null) {
            found = source.find(realm, name);
        } else {
            byte[] key = request.offers(Methods.CRYPTOSIGN)
                    ? Cryptosign.publicKey(request.applicant.details().dict("authextra"))
                    : null;
            if (key == null) {
                return null;
            }
            name = Crypto.hex(key);
            found = source.byKey(realm, name);
        }
        Principal decoy = decoys.of(realm, name, source.near(realm, decoys.modelKey(realm, name)));
        return new Attempt(this, request.applicant, request.rules, "", found == null ? decoy : found, found != null);
    }

    private Decision counted(Attempt attempt) {
        Duration wait = tools.attempts().take(attempt.applicant().peer().origin(), attempt.counted());
        return wait.isZero() ? begin(attempt) : tooMany(wait);
    }

    private static Refuse tooMany(Duration wait) {
        return new Refuse(
                Reasons.AUTHENTICATION_FAILED,
                "too many attempts to authenticate; try again in " + (wait.toSeconds() + 1) + " s");
    }

    /** Without counting it. */
    Decision begin(Attempt attempt) {
        return switch (Methods.canonical(attempt.method())) {
            case Methods.TICKET -> Ticket.begin(attempt);
            case Methods.WAMPCRA -> WampCra.begin(attempt);
            case Methods.SCRAM -> Scram.begin(attempt);
            case Methods.CRYPTOSIGN -> Cryptosign.begin(attempt, tools.key());
            default -> throw new IllegalStateException(attempt.method());
        };
    }

    Decoys decoys() {
        return decoys;
    }

    // --- methods without a question --------------------------------------------------------------------------------

    private static Decision anonymous(Request request) {
        String role = request.rules.anonymousRole();
        if (role == null) {
            throw new IllegalStateException("anonymous without a role");
        }
        Identity identity = new Identity(Crypto.hex(Crypto.random(8)), role, Methods.ANONYMOUS, "static", Map.of());
        return new Admit(identity, Map.of());
    }

    private @Nullable Decision cookie(Request request) {
        String cookie = request.applicant.cookie();
        if (cookie == null) {
            return null;
        }
        Cookies.Remembered who = tools.cookies().find(Cookies.key(cookie, request.applicant.realm()));
        if (who == null || request.authid != null && !request.authid.equals(who.authid())) {
            return null;
        }
        String role = who.role();
        if (!who.provider().equals(Dynamic.PROVIDER) && !who.provider().equals(Methods.TLS)) {
            Principal still = request.rules.principals().find(request.applicant.realm(), who.authid());
            if (still == null) {
                return null; // removed since
            }
            role = still.role();
        }
        return new Admit(new Identity(who.authid(), role, Methods.COOKIE, who.provider(), Map.of()), Map.of());
    }

    private @Nullable Decision certificate(Request request) {
        X509Certificate own = Certificates.of(request.applicant.peer());
        if (own == null) {
            return null;
        }
        String fingerprint = Certificates.fingerprint(own);
        Principal found = request.rules.principals().byKey(request.applicant.realm(), fingerprint);
        if (found == null) {
            String role = request.rules.certificateRole();
            String name = Certificates.commonName(own);
            if (role == null || name == null) {
                return null;
            }
            found = new Principal(name, role, Methods.TLS, List.of(), Map.of());
        }
        if (request.authid != null && !request.authid.equals(found.authid())) {
            return null;
        }
        return admit(request.applicant, request.rules, Methods.TLS, found, Map.of());
    }

    private Decision dynamic(Request request, String name, String procedure) {
        String who = Attempt.counted(request.applicant, request.authid);
        boolean counts = Methods.challenges(Methods.canonical(name));
        Duration wait = counts ? tools.attempts().take(request.applicant.peer().origin(), who) : Duration.ZERO;
        return wait.isZero()
                ? dynamic.begin(request.applicant, request.rules, name, request.authid, procedure)
                : tooMany(wait);
    }

    // --- what attempts need ----------------------------------------------------------------------------------------

    Ask ask(String method, Dict extra, Function<Message.Authenticate, Decision> judge) {
        return new Ask(method, extra, answer -> later(() -> judge.apply(answer)));
    }

    Decision admit(Attempt attempt, Map<String, @Nullable Object> welcomeExtra) {
        Applicant applicant = attempt.applicant();
        if (Methods.challenges(Methods.canonical(attempt.method()))) {
            tools.attempts().succeeded(applicant.peer().origin(), attempt.counted());
        }
        return admit(applicant, attempt.rules(), attempt.method(), attempt.principal(), welcomeExtra);
    }

    Decision admit(
            Applicant applicant,
            AuthRules of,
            String method,
            Principal principal,
            Map<String, @Nullable Object> welcomeExtra) {
        remember(applicant, of, principal);
        return new Admit(
                new Identity(principal.authid(), principal.role(), method, principal.provider(), principal.extra()),
                welcomeExtra);
    }

    /** Only for clients that know the method cookie: nobody else is to be logged in by being in the same browser. */
    private void remember(Applicant applicant, AuthRules of, Principal principal) {
        String cookie = applicant.cookie();
        if (cookie != null
                && of.methods().contains(Methods.COOKIE)
                && methods(applicant.details()).contains(Methods.COOKIE)) {
            tools.cookies()
                    .remember(
                            Cookies.key(cookie, applicant.realm()),
                            new Cookies.Remembered(principal.authid(), principal.role(), principal.provider()),
                            of.cookieLife());
        }
    }

    Decision denied(Applicant applicant) {
        LOG.log(
                Level.INFO,
                () -> "authentication denied in realm " + applicant.realm() + " for "
                        + applicant.peer().origin());
        return new Refuse(
                Reasons.AUTHENTICATION_DENIED, "the name is not known here, or the secret or signature is wrong");
    }

    /** Runs a step on a worker. */
    Later later(Supplier<Decision> step) {
        try {
            return new Later(
                    CompletableFuture.supplyAsync(step, tools.workers()).exceptionally(Authentication::failed));
        } catch (RejectedExecutionException e) {
            return new Later(CompletableFuture.completedFuture(new Refuse(
                    Reasons.AUTHENTICATION_FAILED, "too many clients authenticate at this moment; try again later")));
        }
    }

    static Decision failed(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof InvalidArgument bad) {
            return new Refuse(Reasons.AUTHENTICATION_FAILED, bad.text());
        }
        LOG.log(Level.ERROR, "authentication could not be completed", cause);
        return new Refuse(Reasons.AUTHENTICATION_FAILED, "authentication could not be completed");
    }
}
