package io.polywire.server.config;

import io.polywire.hemi.door.HemiDoorSettings;
import io.polywire.hemi.door.RealmBridgeSettings;
import io.polywire.model.Match;
import io.polywire.server.yaml.Section;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Hemi door.
 *
 * @param realm that its clients are let into
 * @param door but for the login
 * @param login who is let in; null: everybody, without a login
 */
public record HemiSettings(
        String realm,
        HemiDoorSettings door,
        RealmBridgeSettings bridge,
        @Nullable Login login) {
    /**
     * Who is let in: the keys that are listed; the others if the procedure of the realm says so.
     *
     * @param keys role of each key, in compressed form and lower-case hexadecimal
     * @param authenticator procedure that knows the role of other keys; null: there are none
     */
    public record Login(Map<String, String> keys, @Nullable String authenticator) {}

    static final String PATH = "/hemi";
    private static final Duration DAY = Duration.ofDays(1);

    /** For development: {@value #PATH}, no login, topics that begin with {@code hemi.}. */
    static HemiSettings development(String realm) {
        return new HemiSettings(
                realm,
                HemiDoorSettings.at(PATH),
                RealmBridgeSettings.DEFAULT.withTopics(new RealmBridgeSettings.Topic("hemi.", Match.PREFIX)),
                null);
    }

    static @Nullable HemiSettings read(Section s) {
        HemiDoorSettings door = HemiDoorSettings.at(PATH);
        RealmBridgeSettings bridge = RealmBridgeSettings.DEFAULT;
        String realm = s.text("realm", "realm that its clients are let into");
        s.require("realm");
        HemiDoorSettings doorRead = new HemiDoorSettings(
                WampSection.path(s, door.path(), "path of the endpoint"),
                (int) s.size("read_limit", 512, 1 << 30, door.readLimit(), "longest message from a client"),
                null,
                s.duration("login_timeout", Duration.ofMillis(100), DAY, door.loginTimeout(), "for the login"),
                s.several(
                        "origins",
                        "a host, or a pattern with * and ?",
                        text -> text,
                        "hosts from whose pages a browser may connect, beside the door's own"),
                s.number("concurrency", 1, 1_000_000, door.concurrency(), "requests that run at a time; more wait"),
                s.duration(
                        "request_timeout",
                        Duration.ofMillis(100),
                        DAY,
                        door.requestTimeout(),
                        "after which a request is answered with an internal error"),
                (int) s.size(
                        "queue_limit",
                        1024,
                        1 << 30,
                        door.queueLimit(),
                        "while more waits for a client, nothing is read from it"));
        RealmBridgeSettings bridgeRead = new RealmBridgeSettings(
                s.text("api", bridge.api(), "prefix of the ping"),
                s.text("prefix", bridge.prefix(), "before a command's name it makes the procedure's URI"),
                topics(s),
                s.duration(
                        "call_timeout",
                        Duration.ZERO,
                        DAY,
                        bridge.callTimeout(),
                        "after which a call is given up; 0 for never"),
                s.text("role", bridge.role(), "role of clients where there is no login"),
                s.flag(
                        "close_on_unknown",
                        bridge.closeOnUnknown(),
                        "whether a command without a procedure ends the connection, as in the original"),
                (int) s.size("send_limit", 512, 1 << 30, bridge.sendLimit(), "longest message to a client"));
        Login login = s.section("login", "who is let in; left out: everybody, without a login", HemiSettings::login);
        return realm == null ? null : new HemiSettings(realm, doorRead, bridgeRead, login);
    }

    private static Login login(Section s) {
        Map<String, String> roles = new LinkedHashMap<>();
        s.sections("keys", "the keys that are let in", key -> {
            String hex = key.parsed(
                    "key",
                    "a compressed secp256k1 key: 66 hexadecimal digits",
                    HemiSettings::hex,
                    "compressed public key");
            String role = key.text("role", "role of its holder");
            key.require("key");
            key.require("role");
            if (hex != null && role != null) {
                roles.put(hex, role);
            }
            return roles;
        });
        String authenticator =
                s.parsed("authenticator", "a URI", RoleSettings::uri, "procedure that knows the role of other keys");
        return new Login(roles, authenticator);
    }

    private static List<RealmBridgeSettings.Topic> topics(Section s) {
        return s.sections("topics", "whose events go to the clients as notifications", one -> {
            String uri = one.text("uri", "topic or pattern of topics");
            Match match = one.choice("match", Match.class, Match.EXACT, "how it is compared");
            one.require("uri");
            return uri == null ? null : new RealmBridgeSettings.Topic(uri, match);
        });
    }

    private static String hex(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!lower.matches("0[23][0-9a-f]{64}")) {
            throw new NumberFormatException(); // the expectation says it all
        }
        return lower;
    }
}
