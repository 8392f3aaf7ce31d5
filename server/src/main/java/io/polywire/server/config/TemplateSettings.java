package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Realms that are made when the first client is let into them, and are removed again when they were empty for a while.
 *
 * @param realm what they are like; its name is how their names begin
 * @param most at a time
 * @param linger how long one stays that has no sessions
 */
public record TemplateSettings(RealmSettings realm, int most, Duration linger) {
    /** The part of a name after the prefix has at most so many characters. */
    public static final int LONGEST_REST = 128;

    /** Whether a realm of that name is made by this template. */
    public boolean covers(String name) {
        int prefix = realm.name().length();
        return name.startsWith(realm.name()) && name.length() > prefix && name.length() <= prefix + LONGEST_REST;
    }

    static @Nullable TemplateSettings read(Section s, List<RoleSettings> common) {
        RealmSettings realm = RealmSettings.template(s, common);
        int most = s.number("most", 1, 1_000_000, 1000, "realms of this template at a time");
        Duration linger = s.duration(
                "linger",
                Duration.ZERO,
                Duration.ofDays(365),
                Duration.ofMinutes(1),
                "how long one without sessions stays");
        return realm == null ? null : new TemplateSettings(realm, most, linger);
    }
}
