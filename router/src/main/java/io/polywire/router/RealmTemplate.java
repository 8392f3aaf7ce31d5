package io.polywire.router;

import io.polywire.model.Match;
import java.time.Duration;

/**
 * Realms that come into being when somebody wants to join them.
 *
 * @param uri which names
 * @param match how they are compared
 * @param options of each of these realms; what they remember is in memory
 * @param limit how many there may be at a time: a client chooses the name, so there has to be a bound
 * @param idle a realm that had no session for so long is forgotten, with all that it retained
 */
public record RealmTemplate(String uri, Match match, RealmOptions options, int limit, Duration idle) {
    public RealmTemplate {
        if (limit < 1 || !idle.isPositive()) {
            throw new IllegalArgumentException("limit and idle must be positive: " + limit + ", " + idle);
        }
    }

    /** Whether a realm of that name is made. */
    public boolean covers(String name) {
        return match.covers(uri, name);
    }
}
