package io.polywire.wamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.router.Authorizer;
import io.polywire.router.RealmOptions;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.Result;
import io.polywire.wamp.client.TestRouter;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

@Timeout(60)
class ClientCommandsTest {
    /** Hands each line over as soon as it is printed. */
    private static final class Lines extends StringWriter {
        final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

        @Override
        public void flush() {
            String text = toString();
            getBuffer().setLength(0);
            text.lines().forEach(lines::add);
        }

        String next() throws InterruptedException {
            String line = lines.poll(20, TimeUnit.SECONDS);
            return line == null ? "(nothing came)" : line;
        }
    }

    private TestRouter router = TestRouter.start();
    private final Lines out = new Lines();
    private final Lines err = new Lines();

    @BeforeEach
    void start() {
        router.close();
        router = TestRouter.start();
    }

    @AfterEach
    void stop() {
        router.close();
    }

    private int run(String command, String... args) {
        List<String> words = new ArrayList<>(List.of(command, "--url", router.uri("ws")));
        words.addAll(List.of(args));
        CommandLine line = ClientCommands.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int status = line.execute(words.toArray(String[]::new));
        line.getOut().flush();
        line.getErr().flush();
        return status;
    }

    private CompletableFuture<Integer> start(String command, String... args) {
        return CompletableFuture.supplyAsync(() -> run(command, args));
    }

    private WampClient client() {
        return WampClient.connect(router.uri("tcp"), "realm1");
    }

    @Test
    void argumentsThatAreJsonAreThatValueAndOthersAreTexts() throws Exception {
        try (WampClient callee = client()) {
            callee.register("test.echo", call -> call).await();
            assertEquals(0, run("call", "test.echo", "2", "hello", "{\"a\":[1.5,null]}", "007", "-k", "x=true"));
            assertEquals("2", out.next());
            assertEquals("hello", out.next());
            assertEquals("{\"a\":[1.5,null]}", out.next());
            assertEquals("007", out.next());
            assertEquals("x: true", out.next());
            assertEquals(0, run("call", "--json", "test.echo", "\"a b\""));
            assertEquals("{\"args\":[\"a b\"],\"kwargs\":{}}", out.next());
        }
    }

    @Test
    void progressiveResultsArePrintedAsTheyCome() throws Exception {
        try (WampClient callee = client()) {
            callee.register("test.count", call -> {
                        call.progress(1);
                        call.progress(2);
                        return "done";
                    })
                    .await();
            assertEquals(0, run("call", "--progress", "--json", "test.count"));
            assertEquals("{\"progress\":true,\"args\":[1],\"kwargs\":{}}", out.next());
            assertEquals("{\"progress\":true,\"args\":[2],\"kwargs\":{}}", out.next());
            assertEquals("{\"args\":[\"done\"],\"kwargs\":{}}", out.next());
        }
    }

    @Test
    void aRefusalIsStatusOneAndSaysWhatToDo() throws Exception {
        assertEquals(1, run("call", "test.none"));
        assertEquals(
                "polywire: call of test.none: wamp.error.no_such_procedure: no callee is registered for test.none",
                err.next());
        assertTrue(err.next().contains("polywire procedures"));
    }

    @Test
    void aRouterThatIsNotThereIsStatusThree() throws Exception {
        CommandLine line = ClientCommands.commandLine();
        line.setErr(new PrintWriter(err));
        assertEquals(3, line.execute("call", "--url", "tcp://127.0.0.1:1", "test.none"));
        assertTrue(err.next().startsWith("polywire: wamp.error.network_failure"));
        assertTrue(err.next().contains("polywire serve"));
    }

    @Test
    void wrongUsageIsStatusTwo() {
        assertEquals(2, run("call"));
        assertEquals(2, run("kill"));
        assertEquals(2, run("bench", "nothing"));
    }

    @Test
    void subscribersSeeWhatIsPublishedAndEndAfterTheCount() throws Exception {
        CompletableFuture<Integer> ended = start("subscribe", "--count", "2", "--raw", "test.a", "test.b.");
        try (WampClient watcher = client()) {
            CompletableFuture<Void> both = new CompletableFuture<>();
            awaitSubscriptions(watcher, 2, both);
            both.get(20, TimeUnit.SECONDS);
            assertEquals(0, run("publish", "test.a", "one"));
            assertEquals("one", out.next());
            assertEquals(0, run("publish", "test.b.c", "2", "-k", "k=v"));
            assertEquals("2", out.next());
            assertEquals("k: v", out.next());
            assertEquals(0, ended.get(20, TimeUnit.SECONDS));
        }
    }

    /** Subscriptions made before are counted, later ones are told by an event. */
    private static void awaitSubscriptions(WampClient watcher, int wanted, CompletableFuture<Void> reached) {
        Runnable look = () -> {
            Result all = watcher.call("wamp.subscription.list").await();
            long count = ListCommands.map(all.value()).values().stream()
                    .mapToLong(ids -> ListCommands.list(ids).size())
                    .sum();
            if (count >= wanted + 1) { // one is the watcher's own
                reached.complete(null);
            }
        };
        watcher.subscribe("wamp.subscription.on_subscribe", event -> look.run()).await();
        look.run();
    }

    @Test
    void aRetainedEventIsShownAtOnce() throws Exception {
        assertEquals(0, run("publish", "--retain", "test.kept", "\"still here\""));
        assertEquals(0, run("subscribe", "--retained", "--count", "1", "--json", "test.kept"));
        String line = out.next();
        assertTrue(line.contains("\"retained\":true"), line);
        assertTrue(line.contains("\"args\":[\"still here\"]"), line);
    }

    @Test
    void aCommandOfTheSystemAnswersCalls() throws Exception {
        CompletableFuture<Integer> registered =
                start("register", "test.run", "sh", "-c", "printf '%s-%s' \"$0\" \"$1\"");
        assertEquals("registered test.run", err.next());
        try (WampClient caller = client()) {
            assertEquals("a-7", caller.call("test.run", "a", 7).await().value());
        }
        assertFalse(registered.isDone());
    }

    @Test
    void aCommandThatFailsIsAnErrorWithItsStatusAndText() throws Exception {
        var _ = start("register", "test.fail", "sh", "-c", "echo oops >&2; exit 3");
        assertEquals("registered test.fail", err.next());
        try (WampClient caller = client()) {
            WampException e = caller.call("test.fail")
                    .future()
                    .handle((r, f) -> (WampException) f)
                    .join();
            assertEquals(RegisterCommand.FAILED, e.uri());
            assertEquals(List.of(3L, "oops"), e.arguments().list());
        }
    }

    @Test
    void aCommandGetsTheArgumentsAsJsonOnItsInput() throws Exception {
        var _ = start("register", "--no-args", "test.cat", "cat");
        assertEquals("registered test.cat", err.next());
        try (WampClient caller = client()) {
            Object value = caller.call("test.cat", 1, "x").await().value();
            assertEquals(List.of(1L, "x"), ListCommands.map(value).get("args"));
        }
    }

    @Test
    void listsShowSessionsProceduresAndTopics() throws Exception {
        try (WampClient peer = client()) {
            peer.register("test.procedure", call -> null).await();
            peer.subscribe("test.topic", event -> {}).await();
            assertEquals(0, run("procedures"));
            assertEquals(List.of("REGISTRATION", "PROCEDURE", "MATCH", "INVOKE", "CALLEES"), words(out.next()));
            assertEquals(
                    List.of("test.procedure", "exact", "single", "1"),
                    words(out.next()).subList(1, 5));
            assertEquals(0, run("topics"));
            out.next();
            assertEquals(List.of("test.topic", "exact", "1"), words(out.next()).subList(1, 4));
            assertEquals(0, run("sessions", "--json"));
            String first = out.next();
            String second = out.next();
            assertTrue((first + second).contains("\"session\":" + peer.session().id()), first + second);
        }
    }

    private static List<String> words(String line) {
        return List.of(line.strip().split("\\s+"));
    }

    @Test
    void whoMayNotCallTheMetaApiIsAskedForAsAnAdministrator() throws Exception {
        router.close();
        Authorizer noMetaApi = (session, action, uri, options) ->
                uri.startsWith("wamp.") ? new Authorizer.Deny("not for you") : Authorizer.Allow.PLAIN;
        router = TestRouter.start(RealmOptions.DEFAULT.withAuthorizer(noMetaApi));
        assertEquals(1, run("sessions"));
        assertTrue(err.next().contains("wamp.session.list"));
        try (WampClient server = client()) {
            server.register("polywire.sessions", call -> {
                        assertEquals("realm1", call.get("realm"));
                        return Map.of(
                                "sessions",
                                List.of(Map.of(
                                        "session",
                                        7,
                                        "authid",
                                        "joe",
                                        "authrole",
                                        "staff",
                                        "authmethod",
                                        "ticket",
                                        "door",
                                        "wamp",
                                        "transport",
                                        "websocket",
                                        "peer",
                                        "127.0.0.1:9")));
                    })
                    .await();
            server.register(
                            "polywire.procedures",
                            call -> Map.of(
                                    "procedures",
                                    List.of(Map.of(
                                            "registration",
                                            3,
                                            "procedure",
                                            "a.b",
                                            "match",
                                            "exact",
                                            "invoke",
                                            "single",
                                            "callee_count",
                                            1))))
                    .await();
            BlockingQueue<Object> killed = new LinkedBlockingQueue<>();
            server.register("polywire.kill", call -> {
                        killed.add(call.map());
                        return null;
                    })
                    .await();
            assertEquals(0, run("sessions", "--role", "staff"));
            out.next();
            assertEquals(
                    "7 joe staff ticket wamp 127.0.0.1:9", out.next().strip().replaceAll(" +", " "));
            assertEquals(0, run("procedures"));
            out.next();
            assertEquals("3 a.b exact single 1", out.next().strip().replaceAll(" +", " "));
            assertEquals(0, run("kill", "7", "--message", "enough"));
            assertEquals(Map.of("session", 7L, "message", "enough"), killed.poll(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void killEndsTheSessionsThatAreNamed() throws Exception {
        try (WampClient peer = client()) {
            assertEquals(0, run("kill", Long.toString(peer.session().id()), "--message", "enough"));
            assertEquals("1 ended", out.next());
        }
        assertEquals(1, run("kill", "77"));
        assertTrue(err.next().contains("wamp.error.no_such_session"));
    }

    @Test
    void pingTellsWhoAnswered() throws Exception {
        assertEquals(0, run("ping", "--count", "2", "--json"));
        String line = out.next();
        assertTrue(line.contains("\"realm\":\"realm1\""), line);
        assertTrue(line.contains("\"avg_ms\":"), line);
    }

    @Test
    void benchCountsCallsEventsAndJoins() throws Exception {
        for (String kind : List.of("rpc", "pubsub", "connect")) {
            assertEquals(0, run("bench", kind, "--json", "--seconds", "0.2", "--warm", "0.1", "--clients", "2"), kind);
            String line = out.next();
            assertTrue(line.startsWith("{\"kind\":\"" + kind + "\""), line);
            assertFalse(line.contains("\"count\":0,"), line);
            assertTrue(line.contains("\"failures\":0,"), line);
        }
        assertEquals(0, run("bench", "rpc", "--histogram", "--seconds", "0.2", "--warm", "0.1"));
        assertTrue(out.next().startsWith("rpc: "));
    }

    @Test
    void octetsAreWrittenAsWampDoesInJson() throws Exception {
        try (WampClient callee = client()) {
            callee.register("test.octets", call -> new byte[] {1, 2, 3}).await();
            assertEquals(0, run("call", "test.octets"));
            assertEquals("\"\\u0000AQID\"", out.next());
            callee.register("test.length", call -> call.bytes(0).length).await();
            assertEquals(0, run("call", "test.length", "\"\\u0000AQID\""));
            assertEquals("3", out.next());
        }
    }

    @Test
    void anEventThatMustNotBeIsRefused() {
        assertEquals(1, run("publish", "not a topic", "x"));
        try (WampClient peer = client()) {
            assertEquals(
                    "wamp.error.invalid_uri",
                    peer.publish("wamp.forged", PublishOptions.ACKNOWLEDGED)
                            .future()
                            .handle((ok, e) -> ((WampException) e).uri())
                            .join());
        }
    }
}
