package io.polywire.server.access;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.router.Authorizer;
import io.polywire.router.DynamicAuthorizer;
import io.polywire.router.Session;
import io.polywire.router.StaticRules;
import io.polywire.server.config.RoleSettings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the roles of one realm may do. The role {@value RoleSettings#OTHERS} stands for all that are not listed.
 *
 * <p>URIs that begin with {@value #OWN} are the server's: only roles that are {@code admin}, or have a rule for them, call
 * and register there.
 */
public final class RoleAuthorizer implements Authorizer {
    private static final String OWN = "polywire.";

    /** Sessions of the server's own doors. */
    private static final String TRUSTED = "trusted";

    private final Map<String, Authorizer> byRole = new HashMap<>();

    private RoleAuthorizer(List<RoleSettings> roles) {
        for (RoleSettings role : roles) {
            byRole.put(role.name(), authorizer(role));
        }
    }

    /** Null if everybody may do everything. */
    public static @Nullable Authorizer of(List<RoleSettings> roles) {
        return roles.size() == 1 && roles.getFirst().equals(RoleSettings.everything(RoleSettings.OTHERS))
                ? null
                : new RoleAuthorizer(roles);
    }

    private static Authorizer authorizer(RoleSettings role) {
        String procedure = role.authorizer();
        Authorizer rules = rules(role);
        if (procedure == null) {
            return rules;
        }
        Authorizer dynamic =
                new DynamicAuthorizer(procedure, role.authorizerTimeout().toMillis());
        return (session, action, uri, options) ->
                (uri.startsWith(OWN) ? rules : dynamic).authorize(session, action, uri, options);
    }

    private static Authorizer rules(RoleSettings role) {
        Set<Action> all = EnumSet.allOf(Action.class);
        List<StaticRules.Rule> rules = new ArrayList<>();
        if (role.unrestricted()) {
            rules.add(new StaticRules.Rule("", Match.PREFIX, all, false));
        }
        Set<Action> own = role.admin() ? all : role.unrestricted() ? EnumSet.of(Action.SUBSCRIBE) : Set.of();
        rules.add(new StaticRules.Rule(OWN, Match.PREFIX, own, false));
        rules.addAll(role.rules());
        StaticRules table = new StaticRules(Map.of(RoleSettings.OTHERS, rules));
        return (session, action, uri, options) -> table.authorize(RoleSettings.OTHERS, action, uri, options);
    }

    @Override
    public Decision authorize(Session session, Action action, String uri, Dict options) {
        String role = session.identity().authrole();
        Authorizer authorizer = byRole.get(role);
        if (authorizer == null) {
            if (role.equals(TRUSTED)) {
                return Allow.PLAIN;
            }
            authorizer = byRole.get(RoleSettings.OTHERS);
        }
        return authorizer == null
                ? new Deny("the role " + role + " may do nothing here")
                : authorizer.authorize(session, action, uri, options);
    }
}
