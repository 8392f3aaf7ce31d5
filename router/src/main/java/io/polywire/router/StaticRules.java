package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Permissions by rules, for the sessions of each role. What no rule allows is refused.
 *
 * <p>For a URI the rule that matches it best decides, as a call finds its registration. A pattern (in SUBSCRIBE or REGISTER)
 * reaches many URIs: it is allowed only where a rule covers all of it, and every rule that overlaps it allows the action, so
 * that nobody gets at an exception through a wider pattern.
 */
public final class StaticRules implements Authorizer {
    /**
     * @param uri what the rule is about
     * @param match how the URI is compared
     * @param allow what may be done; nothing: an exception to a wider rule
     * @param disclose whether callers and publishers are disclosed whatever they ask for
     */
    public record Rule(String uri, Match match, Set<Action> allow, boolean disclose) {}

    private record Role(UriTable<Rule> table, List<Rule> all) {}

    private final Map<String, Role> roles;

    /**
     * @param rules for each role; of two rules with the same URI and match the later one counts
     */
    public StaticRules(Map<String, List<Rule>> rules) {
        Map<String, Role> roles = new java.util.HashMap<>();
        rules.forEach((role, list) -> roles.put(role, role(list)));
        this.roles = roles;
    }

    private static Role role(List<Rule> rules) {
        UriTable<Rule> table = new UriTable<>();
        rules.forEach(rule -> table.put(table.nextId(), rule.uri(), rule.match(), rule));
        return new Role(table, List.copyOf(rules));
    }

    @Override
    public Decision authorize(Session session, Action action, String uri, Dict options) {
        return authorize(session.identity().authrole(), action, uri, options);
    }

    /** What the rules say of a role, whoever has it. */
    public Decision authorize(String authrole, Action action, String uri, Dict options) {
        Role role = roles.get(authrole);
        if (role == null) {
            return new Deny("the role " + authrole + " may do nothing here");
        }
        Match match = action == Action.SUBSCRIBE || action == Action.REGISTER ? asked(options) : Match.EXACT;
        Rule rule = match == Match.EXACT ? role.table().best(uri, Rule::uri) : covering(role, uri, match, action);
        if (rule == null || !rule.allow().contains(action)) {
            return new Deny("to " + action.text() + " " + uri + " is not allowed");
        }
        return rule.disclose() ? new Allow(true) : Allow.PLAIN;
    }

    private static Match asked(Dict options) {
        Match match = options.get("match") instanceof String text ? Match.of(text) : Match.EXACT;
        return match == null ? Match.EXACT : match;
    }

    /** The narrowest rule that holds for all URIs of a pattern; null if one of those that overlap it forbids the action. */
    private static @Nullable Rule covering(Role role, String pattern, Match match, Action action) {
        Rule same = role.table().get(pattern, match);
        Rule best = same;
        for (Rule rule : role.all()) {
            boolean covers = covers(rule, pattern, match);
            if (!covers && overlaps(rule, pattern, match) && !rule.allow().contains(action)) {
                return null;
            }
            if (same == null
                    && covers
                    && (best == null || rule.uri().length() >= best.uri().length())) {
                best = rule;
            }
        }
        return best;
    }

    private static boolean covers(Rule rule, String pattern, Match match) {
        return rule.match() == Match.PREFIX && named(pattern, match).startsWith(rule.uri());
    }

    /** Errs on the side of caution: patterns overlap unless they are named differently before their first wildcard. */
    private static boolean overlaps(Rule rule, String pattern, Match match) {
        if (rule.match() == Match.EXACT) {
            return match.covers(pattern, rule.uri());
        }
        String one = named(rule.uri(), rule.match());
        String other = named(pattern, match);
        return one.startsWith(other) || other.startsWith(one);
    }

    /** A pattern up to its first wildcard. */
    private static String named(String pattern, Match match) {
        if (match != Match.WILDCARD || pattern.isEmpty() || pattern.startsWith(".")) {
            return match == Match.WILDCARD ? "" : pattern;
        }
        int any = pattern.indexOf("..");
        return any < 0 ? pattern : pattern.substring(0, any + 1);
    }
}
