package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import io.polywire.wamp.auth.Attempts.Limits;
import java.time.Duration;

/** Reads how often authentication may fail. */
final class AttemptSection {
    private AttemptSection() {}

    static Limits read(Section s) {
        Limits defaults = Limits.DEFAULT;
        int most = 1_000_000;
        return new Limits(
                s.number(
                        "per_address", 1, most, defaults.perAddress(), "how many may fail from an address in a window"),
                s.number("per_name", 1, most, defaults.perName(), "how many may fail for a name in a window"),
                s.duration("window", Duration.ofSeconds(1), Duration.ofDays(1), defaults.window(), "the window"));
    }
}
