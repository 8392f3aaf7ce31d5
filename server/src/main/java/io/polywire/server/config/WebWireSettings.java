package io.polywire.server.config;

import io.polywire.model.Match;
import io.polywire.server.yaml.Section;
import io.polywire.webwire.door.BridgeSettings;
import io.polywire.webwire.door.BridgeSettings.Topic;
import io.polywire.webwire.door.ServerSettings;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The WebWire door.
 *
 * @param realm that its clients are let into
 */
public record WebWireSettings(String realm, BridgeSettings bridge) {
    private static final Duration DAY = Duration.ofDays(1);

    static @Nullable WebWireSettings read(Section s) {
        BridgeSettings defaults = BridgeSettings.DEFAULT;
        String realm = s.text("realm", "realm that its clients are let into");
        s.require("realm");
        BridgeSettings bridge = new BridgeSettings(
                WampSection.path(s, defaults.path(), "path of the endpoint; the original clients always use /"),
                s.text("prefix", defaults.prefix(), "put before the names of requests and signals to make URIs"),
                s.text("unnamed_requests", "webwire.request", "procedure of requests without a name"),
                s.text("unnamed_signals", "webwire.signal", "topic of signals without a name"),
                s.has("topics") ? topics(s) : orDefault(topics(s), defaults.topics()),
                new LinkedHashSet<>(s.several(
                        "login_procedures",
                        "a URI",
                        RoleSettings::uri,
                        "procedures that are told who calls, so that they can create sessions for it")),
                s.flag("disclose_all", defaults.discloseAll(), "whether all procedures are told who calls"),
                s.text("role", defaults.authrole(), "role of connections without a session"),
                s.duration(
                        "call_timeout",
                        Duration.ZERO,
                        DAY,
                        defaults.callTimeout(),
                        "after which a request is answered with an error; 0 for never"),
                s.duration(
                        "session_expiry",
                        Duration.ZERO,
                        Duration.ofDays(3650),
                        defaults.sessionExpiry(),
                        "a session unused for so long cannot be restored; 0 for never"),
                limits(s, defaults.limits()));
        return realm == null ? null : new WebWireSettings(realm, bridge);
    }

    private static List<Topic> orDefault(List<Topic> none, List<Topic> otherwise) {
        return none.isEmpty() ? otherwise : none;
    }

    private static List<Topic> topics(Section s) {
        return s.sections("topics", "whose events become signals; left out: those that begin with webwire.", one -> {
            String uri = one.text("uri", "topic or pattern of topics");
            Match match = one.choice("match", Match.class, Match.EXACT, "how it is compared");
            boolean sessionOnly = one.flag("session_only", false, "only for connections that have a session");
            one.require("uri");
            return uri == null ? null : new Topic(uri, match, sessionOnly);
        });
    }

    private static ServerSettings limits(Section s, ServerSettings defaults) {
        return new ServerSettings(
                (int) s.size("message_limit", 512, 1 << 30, defaults.messageLimit(), "longest message from a client"),
                s.number(
                        "inbox_limit",
                        1,
                        1_000_000,
                        defaults.inboxLimit(),
                        "a client is not read while so many of its messages wait for their turn"),
                (int) s.size(
                        "queue_limit",
                        1024,
                        1 << 30,
                        defaults.queueLimit(),
                        "while more waits for a client, who sends to it waits too"),
                s.duration(
                        "stuck_timeout",
                        Duration.ofMillis(100),
                        DAY,
                        defaults.stuckTimeout(),
                        "a client that keeps others waiting for so long is cut off"),
                s.duration(
                        "keepalive",
                        Duration.ZERO,
                        DAY,
                        defaults.keepalive(),
                        "a silent connection is pinged after so long"));
    }
}
