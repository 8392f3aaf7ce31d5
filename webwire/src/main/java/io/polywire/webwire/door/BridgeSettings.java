package io.polywire.webwire.door;

import io.polywire.model.Match;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How WebWire and a realm are tied together.
 *
 * @param path of the endpoint; original clients always use {@code /}
 * @param prefix put before the names of requests and signals to make URIs, and taken off topics that become names
 * @param unnamedRequests procedure of requests without name, a whole URI; null: they are answered with an error
 * @param unnamedSignals topic of signals without name, a whole URI; null: they are dropped
 * @param topics whose events are sent to clients as signals
 * @param loginProcedures whole URIs of procedures that are told who calls, so that they can create sessions for it
 * @param discloseAll all procedures are told, where the realm allows disclosure
 * @param authrole of connections without session
 * @param callTimeout after which a request is answered with an error; zero for never
 * @param sessionExpiry a session unused for so long cannot be restored; zero for never
 * @param limits of the connections
 */
public record BridgeSettings(
        String path,
        String prefix,
        @Nullable String unnamedRequests,
        @Nullable String unnamedSignals,
        List<Topic> topics,
        Set<String> loginProcedures,
        boolean discloseAll,
        String authrole,
        Duration callTimeout,
        Duration sessionExpiry,
        ServerSettings limits) {
    /**
     * Topics whose events become signals.
     *
     * @param uri whole
     * @param sessionOnly only for connections that have a session
     */
    public record Topic(String uri, Match match, boolean sessionOnly) {}

    /**
     * For development: empty prefix, unnamed requests to {@code webwire.request}, unnamed signals to {@code
     * webwire.signal}, topics that begin with {@code webwire.} come back, every caller is disclosed; sessions live 30 days.
     */
    public static final BridgeSettings DEFAULT = new BridgeSettings(
            "/",
            "",
            "webwire.request",
            "webwire.signal",
            List.of(new Topic("webwire.", Match.PREFIX, false)),
            Set.of(),
            true,
            "anonymous",
            Duration.ZERO,
            Duration.ofDays(30),
            ServerSettings.DEFAULT);

    public BridgeSettings {
        topics = List.copyOf(topics);
        loginProcedures = Set.copyOf(loginProcedures);
    }
}
