package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Reasons;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.server.config.ConfigFile;
import io.polywire.server.config.ServerSettings;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AdministrationTest {
    private static Server start() {
        return Server.start(ServerSettings.development()
                .withListeners(List.of(new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)))));
    }

    private static WampClient connect(Server server, String realm) {
        return WampClient.connect(server.addresses().getFirst().uri(), realm);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> map(@Nullable Object value) {
        return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
    }

    private static Arguments arguments(Map<String, ?> kwargs) {
        Arguments all = Arguments.NONE;
        for (Map.Entry<String, ?> one : kwargs.entrySet()) {
            all = all.with(one.getKey(), one.getValue());
        }
        return all;
    }

    private static List<?> rows(WampClient client, String list, Map<String, ?> kwargs) {
        Object answer =
                client.call("polywire." + list, arguments(kwargs)).await().value();
        return (List<?>) Objects.requireNonNull(map(answer).get(list));
    }

    private static Map<String, @Nullable Object> row(List<?> rows, String key, Object value) {
        return map(rows.stream()
                .filter(row -> value.equals(map(row).get(key)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(key + " " + value + " is not in " + rows)));
    }

    @Test
    void statsTellOfServerTotalsAndRealms() {
        try (Server server = start();
                WampClient client = connect(server, "realm1")) {
            client.register("com.example.f", call -> 1).await();
            client.call("com.example.f").await();
            Map<String, @Nullable Object> stats =
                    map(client.call("polywire.stats").await().value());
            Map<String, @Nullable Object> process = map(stats.get("server"));
            assertTrue((Long) Objects.requireNonNull(process.get("rss_bytes")) > 1 << 20);
            assertTrue((Long) Objects.requireNonNull(process.get("heap_bytes")) > 1 << 20);
            Map<String, @Nullable Object> totals = map(stats.get("totals"));
            assertTrue((Long) Objects.requireNonNull(totals.get("calls")) >= 2, totals.toString());
            assertTrue((Long) Objects.requireNonNull(totals.get("bytes_in")) > 100, totals.toString());
            assertTrue((Long) Objects.requireNonNull(totals.get("bytes_out")) > 100, totals.toString());
            Map<String, @Nullable Object> realm =
                    row((List<?>) Objects.requireNonNull(stats.get("realms")), "realm", "realm1");
            assertEquals(totals.get("calls"), realm.get("calls"));
            assertEquals(1L, map(stats.get("connections")).get("wamp"));
        }
    }

    @Test
    void listsTellOfSessionsProceduresAndTopics() {
        try (Server server = start();
                WampClient one = connect(server, "realm1");
                WampClient other = connect(server, "realm1")) {
            one.register("com.example.slow", call -> {
                        throw new WampException("com.example.error.bad", "bad");
                    })
                    .await();
            one.subscribe("com.example.news", event -> {}).await();
            assertThrows(
                    WampException.class, () -> other.call("com.example.slow").await());
            other.publish("com.example.news", "x");
            long id = other.session().id();

            Map<String, @Nullable Object> session = row(rows(one, "sessions", Map.of()), "session", id);
            assertEquals("wamp", session.get("door"));
            assertEquals("anonymous", session.get("authrole"));
            assertTrue((Long) Objects.requireNonNull(session.get("messages_in")) >= 2, session.toString());
            assertTrue((Long) Objects.requireNonNull(session.get("bytes_in")) > 50, session.toString());

            List<?> found = rows(one, "procedures", Map.of("filter", "EXAMPLE.slow"));
            assertEquals(1, found.size());
            Map<String, @Nullable Object> procedure = map(found.getFirst());
            assertEquals(1L, procedure.get("calls"));
            assertEquals(1L, procedure.get("errors"));
            assertEquals(0L, procedure.get("in_progress"));
            assertEquals(List.of(one.session().id()), procedure.get("callees"));
            assertEquals(1L, map(procedure.get("latency_us")).get("count"));

            Map<String, @Nullable Object> topic = row(rows(one, "topics", Map.of()), "topic", "com.example.news");
            assertEquals(1L, topic.get("subscriber_count"));
            assertEquals(1L, topic.get("events"));
            assertEquals(true, topic.get("history"), "the development realm remembers each topic");

            assertEquals(1, rows(one, "sessions", Map.of("limit", 1)).size());
        }
    }

    @Test
    void anAdministratorEndsASession() {
        try (Server server = start();
                WampClient one = connect(server, "realm1");
                WampClient other = connect(server, "realm1")) {
            Map<String, ?> who = Map.of("session", other.session().id());
            one.call("polywire.kill", arguments(who)).await();
            WampException again = assertThrows(
                    WampException.class,
                    () -> one.call("polywire.kill", arguments(who)).await());
            assertEquals(Reasons.NO_SUCH_SESSION, again.uri());
        }
    }

    @Test
    void aRoleThatIsNotAdminIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("c.yaml"), """
                listeners: [{tcp: "127.0.0.1:0"}]
                admin_realm: r
                realms:
                  - name: r
                    anonymous: true
                    roles:
                      - name: anonymous
                        unrestricted: true
                        rules:
                          - uri: polywire.stats
                            allow: call
                """);
        try (Server server = Server.start(ConfigFile.read(file));
                WampClient client = connect(server, "r")) {
            for (String uri : List.of("polywire.stats", "polywire.kill", "polywire.sessions")) {
                WampException e =
                        assertThrows(WampException.class, () -> client.call(uri).await());
                assertEquals(Reasons.NOT_AUTHORIZED, e.uri(), uri);
            }
        }
    }
}
