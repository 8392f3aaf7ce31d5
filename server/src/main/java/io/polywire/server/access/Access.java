package io.polywire.server.access;

import io.polywire.model.AccessEvent;
import io.polywire.router.Identity;
import io.polywire.router.Realms;
import io.polywire.server.config.AuthSettings;
import io.polywire.server.config.RealmSettings;
import io.polywire.server.config.RoleSettings;
import io.polywire.store.Store;
import io.polywire.store.StoredCookies;
import io.polywire.wamp.auth.Attempts;
import io.polywire.wamp.auth.AuthRules;
import io.polywire.wamp.auth.Authentication;
import io.polywire.wamp.auth.Decoys;
import io.polywire.wamp.auth.PrincipalSource;
import io.polywire.wamp.auth.RealmProcedures;
import io.polywire.wamp.auth.RouterKey;
import io.polywire.wamp.auth.StaticPrincipals;
import io.polywire.wamp.door.Admission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients into realms by what the configuration says of each. Thread-safe.
 *
 * <p>The rules are looked up for each HELLO, so that a reload needs no more than {@link #rules}.
 */
public final class Access implements Admission, AutoCloseable {
    private static final List<String> USERS = List.of("ticket", "wampcra", "cryptosign", "wamp-scram", "tls", "cookie");
    private static final String COOKIE = "cookie";
    private static final int SECRET = 32;

    /** {@code agent} of the page, in wamp.js. */
    private static final String DASHBOARD = "polywire dashboard";

    /**
     * The rules of all realms.
     *
     * @param byRealm settings by name
     * @param template settings of a realm that is made on demand; null if there is none of that name
     */
    public record Rules(Map<String, RealmSettings> byRealm, Function<String, @Nullable RealmSettings> template) {
        @Nullable
        RealmSettings of(String realm) {
            RealmSettings settings = byRealm.get(realm);
            return settings != null ? settings : template.apply(realm);
        }
    }

    private record Compiled(Rules rules, Map<String, AuthRules> byRealm, boolean cookies) {}

    private final @Nullable Store store;
    private final ExecutorService workers = Authentication.workers();
    private final Authentication authentication;
    private final Function<String, Boolean> open;
    private final Audit audit;
    private volatile Compiled compiled;

    /**
     * @param store has users too, and makes cookies outlive the process; null without one
     * @param realms where dynamic authenticators are registered
     * @param audit hears of logins and refusals
     * @param open makes a realm of a template if it is not there; false if it cannot be made. May block
     */
    public Access(
            Rules rules,
            Attempts.Limits attempts,
            @Nullable Store store,
            Realms realms,
            Audit audit,
            Function<String, Boolean> open) {
        this.audit = audit;
        this.store = store;
        this.open = open;
        this.compiled = compile(rules);
        Authentication.Tools tools = Authentication.Tools.inMemory(workers)
                .withAttempts(new Attempts(attempts))
                .withProcedures(new RealmProcedures(realms));
        if (store != null) {
            tools = tools.withCookies(new StoredCookies(store))
                    .withKey(new RouterKey(store.secret("router key", SECRET)))
                    .withDecoys(new Decoys(store.secret("decoys", SECRET)));
        }
        this.authentication = new Authentication(this::rulesOf, tools);
    }

    /** Replaces the rules; sessions that are open stay. */
    public void rules(Rules rules) {
        compiled = compile(rules);
    }

    private Compiled compile(Rules rules) {
        Map<String, AuthRules> byRealm = new HashMap<>();
        boolean cookies = false;
        for (RealmSettings realm : rules.byRealm.values()) {
            AuthRules of = authRules(realm);
            byRealm.put(realm.name(), of);
            cookies |= of.methods().contains(COOKIE);
        }
        return new Compiled(rules, byRealm, cookies);
    }

    private @Nullable AuthRules rulesOf(String realm) {
        Compiled now = compiled;
        AuthRules known = now.byRealm.get(realm);
        if (known != null) {
            return known;
        }
        RealmSettings made = now.rules.template().apply(realm);
        return made == null ? null : authRules(made);
    }

    private AuthRules authRules(RealmSettings realm) {
        AuthSettings settings = realm.authentication();
        PrincipalSource users = users(realm);
        Set<String> methods = new HashSet<>(settings.methods());
        if (methods.isEmpty() && (store != null || !realm.users().isEmpty())) {
            methods.addAll(USERS);
        }
        methods.addAll(settings.dynamic().keySet());
        if (realm.anonymousRole() != null) {
            methods.add("anonymous");
        }
        if (settings.certificateRole() != null) {
            methods.add("tls");
        }
        return new AuthRules(
                methods,
                realm.anonymousRole(),
                settings.certificateRole(),
                settings.dynamic(),
                settings.dynamicRealm(),
                settings.cookieLife(),
                users);
    }

    private PrincipalSource users(RealmSettings realm) {
        List<PrincipalSource> sources = new ArrayList<>();
        if (!realm.users().isEmpty()) {
            sources.add(new StaticPrincipals(Map.of(realm.name(), realm.users())));
        }
        if (store != null) {
            sources.add(store.users());
        }
        return PrincipalSource.of(sources);
    }

    /** Whether sessions of the role may administer the server. */
    public boolean admin(String realm, String role) {
        RealmSettings settings = compiled.rules.of(realm);
        if (settings == null) {
            return false;
        }
        RoleSettings own = settings.role(role);
        RoleSettings of = own != null ? own : settings.role(RoleSettings.OTHERS);
        return of != null && of.admin();
    }

    @Override
    public boolean tracks() {
        return compiled.cookies;
    }

    @Override
    public Decision admit(Applicant applicant) {
        return checked(applicant, authentication.admit(applicant));
    }

    /** What comes of a decision in the end. */
    private Decision checked(Applicant applicant, Decision decision) {
        return switch (decision) {
            case Admit admit -> {
                Identity as = admit.identity();
                audit.note(AccessEvent.login(
                        door(applicant),
                        applicant.realm(),
                        as.authid(),
                        as.authrole(),
                        as.authmethod(),
                        applicant.peer().address()));
                boolean there = compiled.rules.byRealm.containsKey(applicant.realm());
                yield there ? admit : new Later(CompletableFuture.supplyAsync(() -> opened(applicant, admit), workers));
            }
            case Ask ask ->
                new Ask(
                        ask.method(),
                        ask.extra(),
                        answer -> checked(applicant, ask.then().to(answer)));
            case Refuse refuse -> {
                audit.note(AccessEvent.refusal(
                        door(applicant),
                        applicant.realm(),
                        applicant.details().string("authid"),
                        null,
                        applicant.peer().address(),
                        refuse.reason()));
                yield refuse;
            }
            case Later later -> new Later(later.decision().thenApply(then -> checked(applicant, then)));
        };
    }

    /** The server's own page says what it is; anybody may say so, with the same rights as without. */
    private static String door(Applicant applicant) {
        return DASHBOARD.equals(applicant.details().get("agent")) ? "dashboard" : "wamp";
    }

    private Decision opened(Applicant applicant, Admit admit) {
        return open.apply(applicant.realm())
                ? admit
                : new Refuse("wamp.error.no_such_realm", "there are too many realms like " + applicant.realm());
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
