package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How clients prove who they are.
 *
 * @param methods those that the realm has; empty: those that its users can have, and anonymous if that has a role
 * @param certificateRole of those with a verified certificate that belongs to no user; null: they are refused
 * @param dynamic which procedure decides, for each method that is dynamic
 * @param dynamicRealm where those procedures are; null: in the realm itself
 * @param cookieLife how long a cookie stands for an authentication
 */
public record AuthSettings(
        Set<String> methods,
        @Nullable String certificateRole,
        Map<String, String> dynamic,
        @Nullable String dynamicRealm,
        Duration cookieLife) {
    /** Every method for users, nothing dynamic, cookies for a week. */
    public static final AuthSettings DEFAULT = new AuthSettings(Set.of(), null, Map.of(), null, Duration.ofDays(7));

    private static final List<String> METHODS =
            List.of("anonymous", "ticket", "wampcra", "cryptosign", "wamp-scram", "tls", "cookie");

    public AuthSettings {
        methods = Set.copyOf(methods);
        dynamic = Map.copyOf(dynamic);
    }

    static AuthSettings read(Section s) {
        Set<String> methods = new LinkedHashSet<>(s.several(
                "methods",
                "one of " + String.join(", ", METHODS),
                AuthSettings::method,
                "those that clients may use; left out: all that users can have, and anonymous where that is open"));
        String certificateRole = s.text(
                "certificate_role",
                "role of clients with a verified TLS certificate that belongs to no user; their authid is its common name");
        Map<String, String> dynamic = new LinkedHashMap<>();
        s.sections("dynamic", "methods whose decisions are taken by procedures", one -> {
            String method = one.parsed(
                    "method",
                    "one of " + String.join(", ", METHODS.subList(0, METHODS.size() - 1)),
                    text -> {
                        if (text.equals("cookie")) {
                            throw new NumberFormatException(); // the expectation says it all
                        }
                        return method(text);
                    },
                    "which method");
            String procedure = one.parsed("procedure", "a URI", RoleSettings::uri, "the procedure that is asked");
            one.require("method");
            one.require("procedure");
            if (method != null && procedure != null) {
                dynamic.put(method, procedure);
            }
            return dynamic;
        });
        String dynamicRealm = s.parsed(
                "dynamic_realm",
                "a URI",
                RoleSettings::uri,
                "realm where those procedures are registered; left out: this one");
        Duration cookieLife = s.duration(
                "cookie_life",
                Duration.ofMinutes(1),
                Duration.ofDays(400),
                DEFAULT.cookieLife,
                "how long a cookie stands for an authentication");
        return new AuthSettings(methods, certificateRole, dynamic, dynamicRealm, cookieLife);
    }

    private static String method(String text) {
        String name = text.equals("scram") ? "wamp-scram" : text;
        if (!METHODS.contains(name)) {
            throw new NumberFormatException(); // the expectation says it all
        }
        return name;
    }
}
