package io.polywire.server.config;

import io.polywire.router.RealmOptions;
import org.jspecify.annotations.Nullable;

/**
 * A realm that is there from the start.
 *
 * @param name a URI
 * @param options its rules and bounds
 * @param anonymousRole the role of clients that do not authenticate; null if they are not let in
 */
public record RealmSettings(
        String name, RealmOptions options, @Nullable String anonymousRole) {}
