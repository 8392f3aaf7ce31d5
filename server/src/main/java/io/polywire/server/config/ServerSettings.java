package io.polywire.server.config;

import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.router.HistoryRules;
import io.polywire.wamp.auth.Attempts;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a server is told.
 *
 * @param data folder for what outlives the process; null for a temporary one
 * @param listeners at least one
 * @param realms those that are there from the start
 * @param templates of realms that are made on demand
 * @param attempts how often authentication may fail
 * @param adminRealm where the server's own procedures {@code polywire.*} are, for roles that are {@code admin}; null: nowhere
 * @param watch log, metrics and what else is told of it
 * @param doors how clients get in
 */
public record ServerSettings(
        @Nullable Path data,
        List<ListenSettings> listeners,
        List<RealmSettings> realms,
        List<TemplateSettings> templates,
        Attempts.Limits attempts,
        @Nullable String adminRealm,
        WatchSettings watch,
        DoorSettings doors) {
    /** Where a server listens if nobody says otherwise. */
    public static final Endpoint DEFAULT_ENDPOINT = new Endpoint.Tcp("127.0.0.1", 8080);

    /** How many events of each topic the development realm remembers. */
    private static final int REMEMBERED = 5;

    public ServerSettings {
        listeners = List.copyOf(listeners);
        realms = List.copyOf(realms);
        templates = List.copyOf(templates);
    }

    /** With the WAMP door only. */
    public static ServerSettings of(List<ListenSettings> listeners, List<RealmSettings> realms) {
        return new ServerSettings(
                null,
                listeners,
                realms,
                List.of(),
                Attempts.Limits.DEFAULT,
                null,
                WatchSettings.DEFAULT,
                DoorSettings.WAMP);
    }

    /**
     * For development: the realm {@code realm1} is open to everybody who can connect, which is this machine only, and
     * remembers the last {@value #REMEMBERED} events of each topic.
     */
    public static ServerSettings development() {
        String realm = "realm1";
        return new ServerSettings(
                null,
                List.of(new ListenSettings(DEFAULT_ENDPOINT)),
                List.of(RealmSettings.open(realm).withHistory(List.of(HistoryRules.Rule.each("", REMEMBERED)))),
                List.of(),
                Attempts.Limits.DEFAULT,
                realm,
                WatchSettings.DEFAULT,
                DoorSettings.development(realm));
    }

    /** The same with other listeners. */
    public ServerSettings withListeners(List<ListenSettings> others) {
        return new ServerSettings(data, others, realms, templates, attempts, adminRealm, watch, doors);
    }

    /** The same with another data folder. */
    public ServerSettings withData(Path folder) {
        return new ServerSettings(folder, listeners, realms, templates, attempts, adminRealm, watch, doors);
    }

    /** The same with other realms. */
    public ServerSettings withRealms(List<RealmSettings> others, List<TemplateSettings> made) {
        return new ServerSettings(data, listeners, others, made, attempts, adminRealm, watch, doors);
    }

    /** The same with another log. */
    public ServerSettings withLog(LogSettings other) {
        return new ServerSettings(
                data, listeners, realms, templates, attempts, adminRealm, watch.withLog(other), doors);
    }

    /** The log. */
    public LogSettings log() {
        return watch.log();
    }
}
