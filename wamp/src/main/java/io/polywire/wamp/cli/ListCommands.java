package io.polywire.wamp.cli;

import io.polywire.model.Reasons;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.PendingCall;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code sessions}, {@code procedures}, {@code topics}: what WAMP's meta API tells, from any router that has it. Whoever may not
 * call that is perhaps an administrator of a Polywire server, whose own procedures tell the same.
 */
abstract sealed class ListCommands implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Mixin
    Target target = new Target();

    /** How a kind of object is shown. */
    abstract List<String> headings();

    abstract List<Map<String, @Nullable Object>> objects(WampClient client);

    /** As {@link #objects}, from the server's own procedures. */
    abstract List<Map<String, @Nullable Object>> ofServer(WampClient client);

    private List<Map<String, @Nullable Object>> ask(WampClient client) {
        try {
            return objects(client);
        } catch (WampException refused) {
            if (!refused.uri().equals(Reasons.NOT_AUTHORIZED)) {
                throw refused;
            }
            try {
                return ofServer(client);
            } catch (WampException alsoRefused) {
                refused.addSuppressed(alsoRefused); // the first is what was asked for
                throw refused;
            }
        }
    }

    /** Rows of {@code polywire.NAME} for the realm, with members named as in the meta API. */
    final List<Map<String, @Nullable Object>> serverRows(WampClient client, String name, Map<String, String> renamed) {
        Arguments arguments = Arguments.NONE.with("realm", target.realm()).with("limit", 100_000);
        Object answer = client.call("polywire." + name, arguments).await().value();
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (Object one : list(map(answer).get(name))) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            map(one).forEach((member, value) -> row.put(renamed.getOrDefault(member, member), value));
            rows.add(row);
        }
        return rows;
    }

    abstract List<@Nullable Object> row(Map<String, @Nullable Object> object);

    @Override
    public Integer call() {
        try (WampClient client = target.connect()) {
            List<Map<String, @Nullable Object>> objects = ask(client);
            if (target.json) {
                objects.forEach(object -> spec.commandLine().getOut().println(Values.compact(object)));
            } else {
                Tables.print(
                        spec.commandLine().getOut(),
                        headings(),
                        objects.stream().map(this::row).toList());
            }
        }
        return 0;
    }

    /** Describes all ids at once; what is gone meanwhile is left out. */
    static List<Map<String, @Nullable Object>> describe(List<?> ids, Function<Object, PendingCall> get) {
        List<PendingCall> calls =
                ids.stream().map(id -> get.apply(Objects.requireNonNull(id))).toList();
        List<Map<String, @Nullable Object>> objects = new ArrayList<>();
        for (PendingCall call : calls) {
            try {
                objects.add(map(call.await().value()));
            } catch (WampException e) {
                if (!e.uri().startsWith("wamp.error.no_such_")) {
                    throw e;
                }
            }
        }
        return objects;
    }

    static Map<String, @Nullable Object> map(@Nullable Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> m) {
            m.forEach((k, v) -> map.put((String) k, v));
        }
        return map;
    }

    static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    @Command(name = "sessions", description = "Lists the sessions of a realm.", mixinStandardHelpOptions = true)
    static final class Sessions extends ListCommands {
        @Option(names = "--role", paramLabel = "ROLE", description = "Only sessions with that role.")
        private @Nullable String role;

        @Override
        List<String> headings() {
            return List.of("SESSION", "AUTHID", "ROLE", "METHOD", "DOOR", "PEER");
        }

        @Override
        List<Map<String, @Nullable Object>> objects(WampClient client) {
            Object[] roles = role == null ? new Object[0] : new Object[] {List.of(role)};
            List<?> ids = list(client.call("wamp.session.list", roles).await().value());
            return describe(ids, id -> client.call("wamp.session.get", id));
        }

        @Override
        List<Map<String, @Nullable Object>> ofServer(WampClient client) {
            List<Map<String, @Nullable Object>> rows = serverRows(client, "sessions", Map.of("door", "_door"));
            rows.removeIf(row -> role != null && !role.equals(row.get("authrole")));
            for (Map<String, @Nullable Object> row : rows) {
                Map<String, @Nullable Object> transport = new LinkedHashMap<>();
                transport.put("type", row.get("transport"));
                transport.put("peer", row.remove("peer"));
                row.put("transport", transport);
            }
            return rows;
        }

        @Override
        List<@Nullable Object> row(Map<String, @Nullable Object> object) {
            Map<String, @Nullable Object> transport = map(object.get("transport"));
            List<@Nullable Object> row = new ArrayList<>();
            row.add(object.get("session"));
            row.add(object.get("authid"));
            row.add(object.get("authrole"));
            row.add(object.get("authmethod"));
            row.add(object.get("_door"));
            row.add(transport.get("peer"));
            return row;
        }
    }

    @Command(
            name = "procedures",
            description = "Lists the procedures that are registered in a realm.",
            mixinStandardHelpOptions = true)
    static final class Procedures extends ListCommands {
        @Override
        List<String> headings() {
            return List.of("REGISTRATION", "PROCEDURE", "MATCH", "INVOKE", "CALLEES");
        }

        @Override
        List<Map<String, @Nullable Object>> objects(WampClient client) {
            return counted(client, "wamp.registration.", "count_callees", "callees");
        }

        @Override
        List<Map<String, @Nullable Object>> ofServer(WampClient client) {
            List<Map<String, @Nullable Object>> rows =
                    serverRows(client, "procedures", Map.of("registration", "id", "procedure", "uri"));
            rows.forEach(row -> row.put("callees", row.remove("callee_count")));
            return rows;
        }

        @Override
        List<@Nullable Object> row(Map<String, @Nullable Object> object) {
            return cells(object, "id", "uri", "match", "invoke", "callees");
        }
    }

    @Command(
            name = "topics",
            description = "Lists the topics that are subscribed to in a realm.",
            mixinStandardHelpOptions = true)
    static final class Topics extends ListCommands {
        @Override
        List<String> headings() {
            return List.of("SUBSCRIPTION", "TOPIC", "MATCH", "SUBSCRIBERS");
        }

        @Override
        List<Map<String, @Nullable Object>> objects(WampClient client) {
            return counted(client, "wamp.subscription.", "count_subscribers", "subscribers");
        }

        @Override
        List<Map<String, @Nullable Object>> ofServer(WampClient client) {
            return serverRows(
                    client, "topics", Map.of("subscription", "id", "topic", "uri", "subscriber_count", "subscribers"));
        }

        @Override
        List<@Nullable Object> row(Map<String, @Nullable Object> object) {
            return cells(object, "id", "uri", "match", "subscribers");
        }
    }

    private static List<@Nullable Object> cells(Map<String, @Nullable Object> object, String... names) {
        List<@Nullable Object> row = new ArrayList<>();
        for (String name : names) {
            row.add(object.get(name));
        }
        return row;
    }

    private static List<Map<String, @Nullable Object>> counted(
            WampClient client, String api, String count, String member) {
        Map<String, @Nullable Object> ids =
                map(client.call(api + "list").await().value());
        List<Object> all = new ArrayList<>();
        ids.values().forEach(list -> list(list).forEach(id -> all.add(Objects.requireNonNull(id))));
        List<Map<String, @Nullable Object>> objects = describe(all, id -> client.call(api + "get", id));
        for (Map<String, @Nullable Object> object : objects) {
            try {
                object.put(
                        member,
                        client.call(api + count, object.get("id")).await().value());
            } catch (WampException e) {
                object.put(member, 0L); // gone meanwhile
            }
        }
        objects.sort((a, b) -> String.valueOf(a.get("uri")).compareTo(String.valueOf(b.get("uri"))));
        return objects;
    }
}
