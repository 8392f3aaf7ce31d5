package io.polywire.webwire.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.CloseCode;
import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import io.polywire.webwire.session.SessionStore;
import io.polywire.webwire.session.SqliteSessions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of an embedded server: when hooks are called, and what happens if they fail. */
@Timeout(60)
class SessionRulesTest {
    private static final String ID = "0102030405060708";

    private final Loops loops = Loops.open(1);
    private final List<HeadedServer> servers = new ArrayList<>();
    private final LinkedBlockingQueue<String> called = new LinkedBlockingQueue<>();
    private SessionStore store = new SessionStore.InMemory();
    private Duration expiry = Duration.ZERO;

    /** Names of hooks that throw. */
    private final List<String> failing = new ArrayList<>();

    /** Under what key the lookup knows every session; null: the one that is asked for. */
    private @Nullable String otherKey;

    private void call(String hook) {
        called.add(hook);
        if (failing.contains(hook)) {
            throw new IllegalStateException(hook);
        }
    }

    private final class App implements Hooks, SessionHooks {
        final StoredSessions stored = new StoredSessions(store, expiry);
        final CompletableFuture<Server> server = new CompletableFuture<>();

        @Override
        public void onClientConnected(Client client) {
            call("connected");
        }

        @Override
        public void onClientDisconnected(Client client) {
            Session left = client.session();
            boolean active = left != null && server.join().activeSessions().isActive(left.key());
            call("disconnected, " + (left == null ? "without" : "with") + (active ? " active" : "") + " session");
        }

        @Override
        public Payload onRequest(Client client, Request request) {
            return switch (request.name()) {
                case "create" -> Payload.utf8(client.createSession("info").key());
                case "close" -> {
                    client.closeSession();
                    yield Payload.EMPTY;
                }
                default -> request.payload();
            };
        }

        @Override
        public void onSessionCreated(Client client) {
            stored.onSessionCreated(client);
            call("created");
        }

        @Override
        public @Nullable Session onSessionLookup(String key) {
            call("lookup");
            Session found = stored.onSessionLookup(key);
            String other = otherKey;
            return found == null || other == null ? found : new Session(other, found.created(), found.info());
        }

        @Override
        public void onSessionClosed(Client client) {
            stored.onSessionClosed(client);
            call(client.session() == null ? "closed, detached" : "closed");
        }
    }

    private RawClient open() {
        App app = new App();
        Server server = new Server(app, app, ServerSettings.DEFAULT);
        app.server.complete(server);
        servers.add(HeadedServer.open(new Endpoint.Tcp("127.0.0.1", 0), server));
        return another();
    }

    private RawClient another() {
        return new RawClient(loops, servers.getLast().endpoint());
    }

    @AfterEach
    void end() {
        servers.forEach(HeadedServer::close);
        loops.close();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(UTF_8));
    }

    private static void request(RawClient client, String name) {
        client.send("7f" + ID + String.format("%02x", name.length()) + hex(name) + "78");
    }

    /** Creates a session; gives its key in hexadecimal digits. */
    private static String create(RawClient client) throws InterruptedException {
        request(client, "create");
        String created = client.next();
        String reply = client.next();
        assertTrue(created.startsWith("15"), created);
        assertTrue(reply.startsWith("c0" + ID), reply);
        return reply.substring(18);
    }

    private static void restore(RawClient client, String key) {
        client.send("20" + ID + key);
    }

    private void expectHooks(String... hooks) throws InterruptedException {
        for (String hook : hooks) {
            assertEquals(hook, called.poll(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void theServersClosureIsToldBeforeTheReplyAndWithoutSessionNothingIs() throws Exception {
        try (RawClient client = open()) {
            request(client, "close");
            assertEquals("bf" + ID, client.next());
            create(client);
            request(client, "close");
            assertEquals("16", client.next());
            assertEquals("bf" + ID, client.next());
            expectHooks("connected", "created", "closed");
        }
    }

    @Test
    void whenOnSessionCreatedFailsTheSessionStays() throws Exception {
        failing.add("created");
        try (RawClient client = open()) {
            create(client);
            assertEquals(1, servers.getLast().server().activeSessions().count());
            request(client, "close");
            assertEquals("16", client.next());
        }
    }

    @Test
    void whenOnSessionClosedFailsTheSessionIsClosedAllTheSame() throws Exception {
        failing.add("closed");
        try (RawClient client = open()) {
            create(client);
            client.send("1f" + ID);
            assertEquals("16", client.next());
            assertEquals("bf" + ID, client.next());
            assertEquals(0, servers.getLast().server().activeSessions().count());
            create(client); // there is room for another
        }
    }

    @Test
    void whenOnClientConnectedFailsTheConnectionIsClosedAndCleanedUp() throws Exception {
        failing.add("connected");
        try (RawClient client = open()) {
            assertEquals(CloseCode.INTERNAL_ERROR, client.closeCode());
            expectHooks("connected", "disconnected, without session");
        }
    }

    @Test
    void aFailedLookupClosesTheConnectionAndCleansUp() throws Exception {
        failing.add("lookup");
        try (RawClient client = open()) {
            create(client);
            restore(client, hex("x"));
            assertTrue(client.next().startsWith("00" + ID));
            assertEquals(CloseCode.INTERNAL_ERROR, client.closeCode());
            expectHooks("connected", "created", "lookup", "disconnected, with session");
        }
    }

    @Test
    void aDisconnectFreesTheSessionBeforeTheHookAndDoesNotCloseIt() throws Exception {
        RawClient client = open();
        String key = create(client);
        client.disconnect();
        expectHooks("connected", "created", "disconnected, with session");
        try (RawClient again = another()) {
            restore(again, key);
            String reply = again.next(); // no 21 before it
            assertTrue(reply.startsWith("c1" + ID + hex("{\"key\":\"") + key), reply);
            assertTrue(reply.endsWith(hex("\",\"inf\":\"info\"}").substring(2)), reply);
            expectHooks("connected", "lookup");
            again.alive();
            assertTrue(called.isEmpty(), called::toString); // no OnSessionCreated
        }
    }

    @Test
    void theKeyOfTheSessionThatWasLookedUpIsTheOneThatCounts() throws Exception {
        RawClient client = open();
        String key = create(client);
        client.disconnect();
        expectHooks("connected", "created", "disconnected, with session");
        otherKey = "other";
        try (RawClient again = another()) {
            restore(again, key);
            assertTrue(again.next().startsWith("c1" + ID + hex("{\"key\":\"other\"")));
            var active = servers.getLast().server().activeSessions();
            assertTrue(active.isActive("other"));
            assertEquals(1, active.count());
        }
    }

    @Test
    void withoutSessionHooksCreateAndCloseSayTheOriginalsText() throws Exception {
        LinkedBlockingQueue<Client> clients = new LinkedBlockingQueue<>();
        Hooks hooks = new Hooks() {
            @Override
            public void onClientConnected(Client client) {
                clients.add(client);
            }
        };
        servers.add(
                HeadedServer.open(new Endpoint.Tcp("127.0.0.1", 0), new Server(hooks, null, ServerSettings.DEFAULT)));
        try (RawClient client = another()) {
            Client peer = clients.poll(20, TimeUnit.SECONDS);
            assertNotNull(peer);
            assertEquals(
                    "Sessions disabled",
                    assertThrows(SessionException.class, () -> peer.createSession("x"))
                            .text());
            assertEquals(
                    "Sessions disabled",
                    assertThrows(SessionException.class, peer::closeSession).text());
            assertFalse(client.hasMore());
            assertTrue(peer.remoteAddress().startsWith("127.0.0.1:"));
            assertTrue(peer.connectionTime().isAfter(java.time.Instant.now().minusSeconds(60)));
        }
    }

    @Test
    void storedSessionsSurviveARestart(@TempDir Path folder) throws Exception {
        String key;
        try (SqliteSessions file = new SqliteSessions(folder.resolve("sessions.db"))) {
            store = file;
            RawClient client = open();
            key = create(client);
            client.disconnect();
            servers.removeLast().close();
        }
        try (SqliteSessions file = new SqliteSessions(folder.resolve("sessions.db"))) {
            store = file;
            try (RawClient client = open()) {
                restore(client, key);
                assertTrue(client.next().startsWith("c1" + ID + hex("{\"key\":\"") + key));
                client.send("1f" + ID);
                assertEquals("16", client.next());
                assertEquals(List.of(), file.list());
            }
            servers.removeLast().close();
        }
    }

    @Test
    void anExpiredSessionIsNotFound() throws Exception {
        expiry = Duration.ofHours(1);
        RawClient client = open();
        String key = create(client);
        client.disconnect();
        expectHooks("connected", "created", "disconnected, with session");
        store.touch(store.list().getFirst().digest(), java.time.Instant.now().minusSeconds(3601));
        try (RawClient again = another()) {
            restore(again, key);
            String answer = new String(HexFormat.of().parseHex(again.next().substring(18)), UTF_8);
            assertTrue(
                    answer.startsWith("{\"c\":\"SESSION_NOT_FOUND\",\"m\":\"No session associated with key: '"),
                    answer);
            assertEquals(List.of(), store.list());
        }
    }
}
