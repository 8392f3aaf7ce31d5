package io.polywire.server;

import io.polywire.model.InvalidArgument;
import io.polywire.server.config.LogSettings;
import io.polywire.server.watch.Administration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What administrators can tell a server. Thread-safe. */
final class ServerControl implements Administration.Control {
    @Override
    public Map<String, @Nullable Object> reload(String who) {
        throw new InvalidArgument("this server has no configuration file");
    }

    @Override
    public void logLevel(String level, String who) {
        try {
            LogSetup.level(LogSettings.Level.valueOf(level.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("level must be error, warn, info or debug");
        }
    }

    @Override
    public void killed(String realm, long session, String reason, String who) {}
}
