package io.polywire.server.config;

import io.polywire.model.Match;
import io.polywire.model.Uris;
import io.polywire.router.Authorizer.Action;
import io.polywire.router.RealmOptions.Limits;
import io.polywire.router.StaticRules;
import io.polywire.server.yaml.Section;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of a role may do: by rules, or by what a procedure decides.
 *
 * @param unrestricted everything but what {@code admin} allows
 * @param admin may call the server's own procedures, {@code polywire.*}
 * @param rules what no rule allows is refused
 * @param authorizer procedure that decides; null: the rules do
 * @param authorizerTimeout after which it counts as failed
 * @param limits of its sessions; null: those of the realm
 */
public record RoleSettings(
        String name,
        boolean unrestricted,
        boolean admin,
        List<StaticRules.Rule> rules,
        @Nullable String authorizer,
        Duration authorizerTimeout,
        @Nullable Limits limits) {
    /** The name of a role that stands for all that are not listed. */
    public static final String OTHERS = "*";

    private static final Duration AUTHORIZER_TIMEOUT = Duration.ofSeconds(10);

    public RoleSettings {
        rules = List.copyOf(rules);
    }

    /** May do everything, administration too. */
    public static RoleSettings everything(String name) {
        return new RoleSettings(name, true, true, List.of(), null, AUTHORIZER_TIMEOUT, null);
    }

    static @Nullable RoleSettings read(Section s) {
        String name = s.parsed(
                "name",
                "a name such as staff, but not trusted",
                text -> {
                    if (text.isBlank() || text.equals("trusted")) {
                        throw new IllegalArgumentException("the role trusted is the server's own");
                    }
                    return text;
                },
                "what users and authenticators name it; * stands for all that are not listed");
        s.require("name");
        boolean unrestricted = s.flag(
                "unrestricted",
                false,
                "whether it may do everything except calling the server's own procedures polywire.*");
        boolean admin = s.flag(
                "admin",
                false,
                "whether it may call the server's own procedures polywire.*: statistics, reload, log level and others");
        List<StaticRules.Rule> rules =
                s.sections("rules", "what it may do; for a URI the rule that matches best decides", RoleSettings::rule);
        String authorizer = s.parsed(
                "authorizer",
                "a URI",
                RoleSettings::uri,
                "procedure that decides instead of rules, asked for each action");
        Duration timeout = s.duration(
                "authorizer_timeout",
                Duration.ofMillis(100),
                Duration.ofMinutes(5),
                AUTHORIZER_TIMEOUT,
                "after which its answer counts as failed");
        Limits limits = s.section(
                "limits",
                "for its sessions instead of the realm's limits",
                x -> RealmSettings.limits(x, Limits.DEFAULT));
        if (authorizer != null && (unrestricted || !rules.isEmpty())) {
            s.wrong("authorizer", "decides alone: expected neither rules nor unrestricted beside it");
        }
        return name == null ? null : new RoleSettings(name, unrestricted, admin, rules, authorizer, timeout, limits);
    }

    private static StaticRules.@Nullable Rule rule(Section s) {
        String uri = s.text("uri", "what the rule is about; empty with match: prefix is everything");
        Match match = s.choice("match", Match.class, Match.EXACT, "how the URI is compared");
        List<Action> allow =
                s.choices("allow", Action.class, "what may be done there; none makes an exception to a wider rule");
        boolean disclose =
                s.flag("disclose", false, "whether callers and publishers are disclosed there, whatever they ask for");
        s.require("uri");
        if (uri == null || !Uris.valid(uri, match, false)) {
            if (uri != null) {
                boolean beginning = match == Match.EXACT && Uris.valid(uri, Match.PREFIX, false);
                String what =
                        beginning ? "the beginning of URIs: expected match: prefix beside it" : "no URI or pattern";
                s.wrong("uri", "is '" + uri + "', which is " + what);
            }
            return null;
        }
        Set<Action> actions = EnumSet.noneOf(Action.class);
        actions.addAll(allow);
        return new StaticRules.Rule(uri, match, actions, disclose);
    }

    /** A whole URI, by the loose rules. */
    static String uri(String text) {
        if (!Uris.valid(text, false)) {
            throw new IllegalArgumentException("components are joined by dots and have neither blanks nor #");
        }
        return text;
    }
}
