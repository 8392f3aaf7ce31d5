package io.polywire.router;

import io.polywire.model.Dict;
import java.util.Map;

/**
 * An authorizer for each role, so that the callees of dynamic authorizers can be let in by static rules.
 *
 * @param roles sessions of other roles may do nothing
 */
public record AuthorizerByRole(Map<String, Authorizer> roles) implements Authorizer {
    public AuthorizerByRole {
        roles = Map.copyOf(roles);
    }

    @Override
    public Decision authorize(Session session, Action action, String uri, Dict options) {
        Authorizer authorizer = roles.get(session.identity().authrole());
        return authorizer == null
                ? new Deny("the role " + session.identity().authrole() + " may do nothing here")
                : authorizer.authorize(session, action, uri, options);
    }
}
