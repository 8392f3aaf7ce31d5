package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import io.polywire.wamp.door.Origins;
import io.polywire.wamp.door.WampDoorSettings;
import io.polywire.wamp.door.WampDoorSettings.Overflow;
import java.time.Duration;
import java.util.List;

/** Reads the settings of the WAMP door. */
final class WampSection {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MOMENT = Duration.ofMillis(100);

    private WampSection() {}

    static WampDoorSettings read(Section s) {
        WampDoorSettings defaults = WampDoorSettings.DEFAULT;
        return new WampDoorSettings(
                path(s, defaults.path(), "path of the WebSocket endpoint"),
                (int) s.size("message_limit", 512, 1 << 24, defaults.messageLimit(), "longest message from a client"),
                (int) s.size(
                        "queue_limit",
                        1024,
                        1 << 30,
                        defaults.queueLimit(),
                        "most that waits for a client; above it events and calls for it are refused"),
                s.size(
                        "queue_budget",
                        1024,
                        1L << 40,
                        defaults.queueBudget(),
                        "most that waits for all clients together; the fuller, the less a single one gets"),
                s.duration(
                        "hello_timeout",
                        MOMENT,
                        DAY,
                        defaults.helloTimeout(),
                        "a client that has not joined by then is cut off"),
                s.duration(
                        "authenticate_timeout",
                        MOMENT,
                        DAY,
                        defaults.authenticateTimeout(),
                        "the same for the answer to a challenge"),
                s.duration(
                        "stuck_timeout",
                        MOMENT,
                        DAY,
                        defaults.stuckTimeout(),
                        "a client for which more than twice the limit waited for so long is cut off"),
                s.duration(
                        "keepalive",
                        Duration.ZERO,
                        DAY,
                        defaults.keepalive(),
                        "a silent WebSocket is pinged after so long; 0 for never"),
                s.flag("deflate", defaults.deflate(), "whether permessage-deflate is offered"),
                defaults.agent(),
                s.choice(
                        "overflow",
                        Overflow.class,
                        defaults.overflow(),
                        "what becomes of events for a client whose queue is full; they are counted"),
                origins(s, defaults.origins()));
    }

    private static Origins origins(Section s, Origins otherwise) {
        List<String> allowed = s.several(
                "origins",
                "*, same, null or an origin such as https://example.com or https://*.example.com",
                text -> new Origins(List.of(text)).allowed().getFirst(),
                "web pages that may connect; left out: all");
        return allowed.isEmpty() ? otherwise : new Origins(allowed);
    }

    /** The path of an endpoint. */
    static String path(Section s, String otherwise, String meaning) {
        return s.parsed(
                "path",
                "a path such as /ws",
                text -> {
                    if (!text.startsWith("/") || text.contains("?") || text.contains("#")) {
                        throw new IllegalArgumentException("a path begins with / and has neither ? nor #");
                    }
                    return text;
                },
                otherwise,
                meaning);
    }
}
