package io.polywire.wamp.auth;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How clients may join a realm.
 *
 * @param methods the names of those that the realm has: anonymous, ticket, wampcra, cryptosign, wamp-scram, tls, cookie
 * @param anonymousRole the role of those who join anonymously; null if the method anonymous is not there or dynamic
 * @param certificateRole the role of those whose TLS certificate was verified but belongs to no principal; their authid
 *     is its common name; null to refuse them
 * @param dynamic which procedure decides, for each method that is dynamic; these methods need no principals
 * @param dynamicRealm where those procedures are registered; null for the realm itself
 * @param cookieLife how long a cookie stands for an authentication
 * @param principals who may join by the other methods
 */
public record AuthRules(
        Set<String> methods,
        @Nullable String anonymousRole,
        @Nullable String certificateRole,
        Map<String, String> dynamic,
        @Nullable String dynamicRealm,
        Duration cookieLife,
        PrincipalSource principals) {
    private static final Duration COOKIE_LIFE = Duration.ofDays(7);

    /** @throws IllegalArgumentException if there is no such method, or one lacks what it needs */
    public AuthRules {
        methods = Set.copyOf(methods);
        dynamic = Map.copyOf(dynamic);
        for (String method : methods) {
            if (!Methods.ALL.contains(method)) {
                throw new IllegalArgumentException("there is no method " + method + " of authentication");
            }
        }
        for (String method : dynamic.keySet()) {
            if (!methods.contains(method) || method.equals(Methods.COOKIE)) {
                throw new IllegalArgumentException("the method " + method + " cannot be dynamic here");
            }
        }
        if (methods.contains(Methods.ANONYMOUS) && anonymousRole == null && !dynamic.containsKey(Methods.ANONYMOUS)) {
            throw new IllegalArgumentException("the method anonymous needs a role");
        }
    }

    /** Lets everybody in with one role. */
    public static AuthRules anonymous(String role) {
        return new AuthRules(Set.of(Methods.ANONYMOUS), role, null, Map.of(), null, COOKIE_LIFE, PrincipalSource.EMPTY);
    }

    /** Lets principals in by these methods. */
    public static AuthRules principals(Set<String> methods, PrincipalSource principals) {
        return new AuthRules(methods, null, null, Map.of(), null, COOKIE_LIFE, principals);
    }

    public AuthRules withCertificateRole(@Nullable String role) {
        return new AuthRules(methods, anonymousRole, role, dynamic, dynamicRealm, cookieLife, principals);
    }

    /** These rules with methods whose decisions are taken by procedures, in the realm given or in the same. */
    public AuthRules withDynamic(Map<String, String> procedures, @Nullable String realm) {
        Set<String> all = new java.util.HashSet<>(methods);
        all.addAll(procedures.keySet());
        return new AuthRules(all, anonymousRole, certificateRole, procedures, realm, cookieLife, principals);
    }
}
