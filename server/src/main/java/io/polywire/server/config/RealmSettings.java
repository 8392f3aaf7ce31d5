package io.polywire.server.config;

import io.polywire.model.Match;
import io.polywire.model.Uris;
import io.polywire.router.EventStore;
import io.polywire.router.HistoryRules;
import io.polywire.router.RealmOptions;
import io.polywire.router.RealmOptions.Limits;
import io.polywire.server.yaml.Section;
import io.polywire.wamp.auth.Principal;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A realm, or what realms are made like.
 *
 * @param name a URI; of a template the beginning of the names of its realms
 * @param options its rules and bounds, as far as they are plain values: authorizer and history are made of the rest
 * @param anonymousRole the role of clients that do not authenticate; null if they are not let in
 * @param authentication how others get in
 * @param roles those that its sessions can have; sessions of others may do nothing
 * @param users those of the file
 * @param history what is remembered of its topics
 * @param historyCaps of each history
 */
public record RealmSettings(
        String name,
        RealmOptions options,
        @Nullable String anonymousRole,
        AuthSettings authentication,
        List<RoleSettings> roles,
        List<Principal> users,
        List<HistoryRules.Rule> history,
        EventStore.Caps historyCaps) {
    public RealmSettings {
        roles = List.copyOf(roles);
        users = List.copyOf(users);
        history = List.copyOf(history);
    }

    /** Open to everybody; whatever their role, they may do everything in it. */
    public static RealmSettings open(String name) {
        return new RealmSettings(
                name,
                RealmOptions.DEFAULT,
                "anonymous",
                AuthSettings.DEFAULT,
                List.of(RoleSettings.everything(RoleSettings.OTHERS)),
                List.of(),
                List.of(),
                EventStore.Caps.DEFAULT);
    }

    /** Without users, roles and a way in. */
    public static RealmSettings closed(String name) {
        return new RealmSettings(
                name,
                RealmOptions.DEFAULT,
                null,
                AuthSettings.DEFAULT,
                List.of(),
                List.of(),
                List.of(),
                EventStore.Caps.DEFAULT);
    }

    /** The same with a history. */
    public RealmSettings withHistory(List<HistoryRules.Rule> rules) {
        return withHistory(rules, historyCaps);
    }

    /** The same with a history. */
    public RealmSettings withHistory(List<HistoryRules.Rule> rules, EventStore.Caps caps) {
        return new RealmSettings(name, options, anonymousRole, authentication, roles, users, rules, caps);
    }

    /** The same under another name. */
    public RealmSettings named(String other) {
        return new RealmSettings(other, options, anonymousRole, authentication, roles, users, history, historyCaps);
    }

    /** The role of that name; null if there is none. */
    public @Nullable RoleSettings role(String wanted) {
        for (RoleSettings role : roles) {
            if (role.name().equals(wanted)) {
                return role;
            }
        }
        return null;
    }

    /** @param common roles that every realm has unless it has one of that name itself */
    static @Nullable RealmSettings read(Section s, List<RoleSettings> common) {
        String name = s.parsed("name", "a URI such as com.example.main", RoleSettings::uri, "the realm's name");
        s.require("name");
        return rest(s, name, common);
    }

    /** A template: realms whose names begin with its prefix are made when the first client joins. */
    static @Nullable RealmSettings template(Section s, List<RoleSettings> common) {
        String prefix = s.parsed(
                "prefix",
                "the beginning of a URI such as com.example.tenant.",
                text -> {
                    if (text.isEmpty() || !Uris.valid(text, Match.PREFIX, false)) {
                        throw new IllegalArgumentException("it must not be empty");
                    }
                    return text;
                },
                "how the names of these realms begin");
        s.require("prefix");
        return rest(s, prefix, common);
    }

    private static @Nullable RealmSettings rest(Section s, @Nullable String name, List<RoleSettings> common) {
        RealmOptions defaults = RealmOptions.DEFAULT;
        boolean anonymous = s.flag("anonymous", false, "whether clients get in without authentication");
        String anonymousRole = s.text("anonymous_role", "anonymous", "the role that they then have");
        boolean strict = s.flag(
                "strict_uris",
                defaults.strictUris(),
                "whether URIs may have only lower-case letters, digits and _ in their components");
        boolean disclosure =
                s.flag("disclosure", defaults.disclosure(), "whether callers and publishers may be disclosed");
        boolean requestIds = s.flag(
                "strict_request_ids",
                defaults.strictRequestIds(),
                "whether the requests of a session must count up from 1; some older clients do not do so");
        boolean modifyDetails = s.flag(
                "modify_details",
                defaults.modifyDetails(),
                "whether there is the procedure wamp.session.modify_details");
        AuthSettings authentication = s.section("authentication", "how others prove who they are", AuthSettings::read);
        List<RoleSettings> own = s.sections(
                "roles",
                "what sessions may do; a role of the same name at the top of the file does not count here",
                RoleSettings::read);
        List<RoleSettings> roles = merged(s, own, common);
        List<Principal> users = s.sections("users", "who may join, beside the users in the store", UserSettings::read);
        Limits limits =
                s.section("limits", "how much the realm and its sessions may hold", x -> limits(x, defaults.limits()));
        List<HistoryRules.Rule> history =
                s.sections("history", "topics whose last events are remembered", RealmSettings::history);
        EventStore.Caps caps = new EventStore.Caps(
                s.size("history_size", 1024, 1L << 40, EventStore.Caps.DEFAULT.octets(), "most octets of one history"),
                s.duration(
                        "history_age",
                        Duration.ofSeconds(1),
                        Duration.ofDays(36500),
                        EventStore.Caps.DEFAULT.age(),
                        "after which an event is forgotten"));
        if (!anonymous
                && authentication != null
                && authentication.methods().contains("anonymous")
                && !authentication.dynamic().containsKey("anonymous")) {
            s.wrong("authentication", "has the method anonymous, but anonymous is not true");
        }
        if (anonymous) {
            checkRole(s, "anonymous_role", anonymousRole, roles);
        }
        if (authentication != null && authentication.certificateRole() != null) {
            checkRole(s, "authentication", authentication.certificateRole(), roles);
        }
        checkUsers(s, users, roles);
        RealmOptions options = new RealmOptions(
                strict,
                disclosure,
                null,
                limits == null ? defaults.limits() : limits,
                HistoryRules.NONE,
                roleLimits(roles),
                requestIds,
                modifyDetails);
        return name == null
                ? null
                : new RealmSettings(
                        name,
                        options,
                        anonymous ? anonymousRole : null,
                        authentication == null ? AuthSettings.DEFAULT : authentication,
                        roles,
                        users,
                        history,
                        caps);
    }

    private static List<RoleSettings> merged(Section s, List<RoleSettings> own, List<RoleSettings> common) {
        Map<String, RoleSettings> all = new LinkedHashMap<>();
        common.forEach(role -> all.put(role.name(), role));
        Set<String> names = new HashSet<>();
        for (RoleSettings role : own) {
            all.put(role.name(), role);
            if (!names.add(role.name())) {
                s.wrong("roles", "has the role " + role.name() + " twice");
            }
        }
        return List.copyOf(all.values());
    }

    private static void checkRole(Section s, String key, String role, List<RoleSettings> roles) {
        if (roles.stream()
                .noneMatch(one -> one.name().equals(role) || one.name().equals(RoleSettings.OTHERS))) {
            Set<String> names = new TreeSet<>();
            roles.forEach(one -> names.add(one.name()));
            s.wrong(
                    key,
                    "names the role '" + role + "', which is not there, expected "
                            + (names.isEmpty()
                                    ? "one under roles, of which there is none"
                                    : "one of " + String.join(", ", names)));
        }
    }

    private static void checkUsers(Section s, List<Principal> users, List<RoleSettings> roles) {
        Set<String> names = new HashSet<>();
        for (Principal user : users) {
            checkRole(s, "users", user.role(), roles);
            if (!names.add(user.authid())) {
                s.wrong("users", "has the user " + user.authid() + " twice");
            }
        }
    }

    private static Map<String, Limits> roleLimits(List<RoleSettings> roles) {
        Map<String, Limits> limits = new LinkedHashMap<>();
        for (RoleSettings role : roles) {
            if (role.limits() != null) {
                limits.put(role.name(), role.limits());
            }
        }
        return limits;
    }

    private static HistoryRules.@Nullable Rule history(Section s) {
        String topic = s.text("topic", "topic, or pattern of topics; empty with match: prefix is all");
        Match match = s.choice("match", Match.class, Match.EXACT, "how the topic is compared");
        int events = s.number("events", 1, 1_000_000, 10, "how many of the newest are kept");
        boolean each = s.flag(
                "each",
                false,
                "whether each topic that matches has a history of its own, instead of one for the pattern");
        s.require("topic");
        if (topic == null || !Uris.valid(topic, match, false)) {
            if (topic != null) {
                s.wrong("topic", "is '" + topic + "', which is no URI or pattern");
            }
            return null;
        }
        return new HistoryRules.Rule(topic, match, events, each);
    }

    static Limits limits(Section s, Limits defaults) {
        int most = Integer.MAX_VALUE;
        return new Limits(
                s.number("sessions", 1, most, defaults.sessions(), "sessions in the realm, or of the role"),
                s.number("registrations", 0, most, defaults.registrations(), "registrations of one session"),
                s.number("subscriptions", 0, most, defaults.subscriptions(), "subscriptions of one session"),
                s.number("pending_calls", 0, most, defaults.pendingCalls(), "calls of one caller without an answer"),
                s.number(
                        "retained_topics",
                        0,
                        most,
                        defaults.retainedTopics(),
                        "topics of the realm with retained events"),
                s.size(
                        "retained_size",
                        0,
                        1L << 40,
                        defaults.retainedOctets(),
                        "octets of all retained events together"),
                s.number(
                        "messages_per_second",
                        0,
                        most,
                        defaults.messagesPerSecond(),
                        "messages of one session; who sends more is read later. 0: any number"),
                (int) s.size(
                        "message_size",
                        0,
                        1 << 24,
                        defaults.messageOctets(),
                        "longest message from a session; 0: as its door has it"),
                (int) s.size(
                        "queue_size",
                        0,
                        1 << 30,
                        defaults.queuedOctets(),
                        "most that waits for a session; 0: as its door has it"));
    }
}
