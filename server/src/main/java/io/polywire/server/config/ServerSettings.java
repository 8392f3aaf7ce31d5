package io.polywire.server.config;

import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.router.HistoryRules;
import io.polywire.wamp.auth.Attempts;
import io.polywire.wamp.door.WampDoorSettings;
import io.polywire.webwire.door.BridgeSettings;
import java.nio.file.Path;
import java.time.Duration;
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
 * @param slowCall calls that take at least so long are told to Flight Recorder
 * @param metrics who may read them
 * @param wamp the WAMP door
 * @param webWire the WebWire door; null if there is none
 * @param hemi the Hemi door; null if there is none
 * @param hemiServers Hemi servers whose commands are procedures
 * @param gate the Gate door, whose folder lies in {@code data}; null if there is none
 * @param ccProxy the cc-proxy door; null if there is none
 */
public record ServerSettings(
        @Nullable Path data,
        List<ListenSettings> listeners,
        List<RealmSettings> realms,
        List<TemplateSettings> templates,
        Attempts.Limits attempts,
        @Nullable String adminRealm,
        LogSettings log,
        MetricsSettings metrics,
        Duration slowCall,
        WampDoorSettings wamp,
        @Nullable WebWireSettings webWire,
        @Nullable HemiSettings hemi,
        List<HemiServerSettings> hemiServers,
        @Nullable GateConfig gate,
        @Nullable CcProxySection ccProxy) {
    /** Where a server listens if nobody says otherwise. */
    public static final Endpoint DEFAULT_ENDPOINT = new Endpoint.Tcp("127.0.0.1", 8080);

    /** From which on a call is slow. */
    static final Duration SLOW_CALL = Duration.ofMillis(500);

    /** How many events of each topic the development realm remembers. */
    private static final int REMEMBERED = 5;

    public ServerSettings {
        listeners = List.copyOf(listeners);
        realms = List.copyOf(realms);
        templates = List.copyOf(templates);
        hemiServers = List.copyOf(hemiServers);
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
                LogSettings.DEFAULT,
                MetricsSettings.DEFAULT,
                SLOW_CALL,
                WampDoorSettings.DEFAULT,
                null,
                null,
                List.of(),
                null,
                null);
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
                LogSettings.DEFAULT,
                MetricsSettings.DEFAULT,
                SLOW_CALL,
                WampDoorSettings.DEFAULT,
                new WebWireSettings(realm, BridgeSettings.DEFAULT),
                HemiSettings.development(realm),
                List.of(),
                GateConfig.development(realm),
                null);
    }

    /** The same with other listeners. */
    public ServerSettings withListeners(List<ListenSettings> others) {
        return new ServerSettings(
                data,
                others,
                realms,
                templates,
                attempts,
                adminRealm,
                log,
                metrics,
                slowCall,
                wamp,
                webWire,
                hemi,
                hemiServers,
                gate,
                ccProxy);
    }

    /** The same with another data folder. */
    public ServerSettings withData(Path folder) {
        return new ServerSettings(
                folder,
                listeners,
                realms,
                templates,
                attempts,
                adminRealm,
                log,
                metrics,
                slowCall,
                wamp,
                webWire,
                hemi,
                hemiServers,
                gate,
                ccProxy);
    }

    /** The same with other realms. */
    public ServerSettings with(List<RealmSettings> others, List<TemplateSettings> made, LogSettings other) {
        return new ServerSettings(
                data,
                listeners,
                others,
                made,
                attempts,
                adminRealm,
                other,
                metrics,
                slowCall,
                wamp,
                webWire,
                hemi,
                hemiServers,
                gate,
                ccProxy);
    }

    /** The same with another log. */
    public ServerSettings withLog(LogSettings other) {
        return new ServerSettings(
                data,
                listeners,
                realms,
                templates,
                attempts,
                adminRealm,
                other,
                metrics,
                slowCall,
                wamp,
                webWire,
                hemi,
                hemiServers,
                gate,
                ccProxy);
    }
}
