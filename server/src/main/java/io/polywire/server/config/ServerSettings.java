package io.polywire.server.config;

import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.router.EventStore;
import io.polywire.router.HistoryRules;
import io.polywire.router.RealmOptions;
import io.polywire.wamp.door.WampDoorSettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a server is told.
 *
 * @param data folder for what outlives the process; null for a temporary one
 * @param listeners at least one
 * @param wamp the WAMP door
 * @param realms at least one
 * @param bridged name of the realm that WebWire and Hemi clients are let into; null if there are no such doors
 */
public record ServerSettings(
        @Nullable Path data,
        List<ListenSettings> listeners,
        WampDoorSettings wamp,
        List<RealmSettings> realms,
        @Nullable String bridged) {
    /** Where a server listens if nobody says otherwise. */
    public static final Endpoint DEFAULT_ENDPOINT = new Endpoint.Tcp("127.0.0.1", 8080);

    private static final int REMEMBERED = 5;

    public ServerSettings {
        listeners = List.copyOf(listeners);
        realms = List.copyOf(realms);
    }

    /** Without WebWire and Hemi. */
    public ServerSettings(
            @Nullable Path data, List<ListenSettings> listeners, WampDoorSettings wamp, List<RealmSettings> realms) {
        this(data, listeners, wamp, realms, null);
    }

    /**
     * For development: the realm {@code realm1} is open to everybody who can connect, which is this machine only, and
     * remembers the last {@value #REMEMBERED} events of each topic.
     */
    public static ServerSettings development() {
        HistoryRules history =
                new HistoryRules(List.of(HistoryRules.Rule.each("", REMEMBERED)), new EventStore.InMemory());
        return new ServerSettings(
                null,
                List.of(new ListenSettings(DEFAULT_ENDPOINT)),
                WampDoorSettings.DEFAULT,
                List.of(new RealmSettings("realm1", RealmOptions.DEFAULT.withHistory(history), "anonymous")),
                "realm1");
    }

    /** The same with other listeners. */
    public ServerSettings withListeners(List<ListenSettings> others) {
        return new ServerSettings(data, others, wamp, realms, bridged);
    }

    /** The same with another data folder. */
    public ServerSettings withData(Path folder) {
        return new ServerSettings(folder, listeners, wamp, realms, bridged);
    }
}
