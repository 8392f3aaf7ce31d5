package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import org.jspecify.annotations.Nullable;

/**
 * Who may read {@code /metrics}.
 *
 * @param token that must come as {@code Authorization: Bearer TOKEN}; null: none is needed
 * @param anyone whether it is handed to other machines too
 */
public record MetricsSettings(@Nullable String token, boolean anyone) {
    /** This machine, without a token. */
    public static final MetricsSettings DEFAULT = new MetricsSettings(null, false);

    static MetricsSettings read(Section s) {
        String token =
                s.secret("token", text -> false, "must come as Authorization: Bearer TOKEN; left out: none is needed");
        boolean anyone = s.flag("anyone", token != null, "whether other machines may read it; with a token they may");
        return new MetricsSettings(token, anyone);
    }

    @Override
    public String toString() {
        return "MetricsSettings[anyone=" + anyone + "]";
    }
}
