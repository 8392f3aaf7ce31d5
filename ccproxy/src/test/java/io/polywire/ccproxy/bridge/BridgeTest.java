package io.polywire.ccproxy.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.door.CcProxy;
import io.polywire.ccproxy.door.CcProxySettings;
import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.Cancel;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Result;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Payload;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.Link;
import io.polywire.router.LoopEnvironment;
import io.polywire.router.Realm;
import io.polywire.router.RealmOptions;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import io.polywire.testkit.hyperstart.MockHyperstart;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
class BridgeTest {
    private static final Dict HELLO = Dict.of(
            "roles",
            Map.of(
                    "subscriber", Map.of(),
                    "caller",
                            Map.of(
                                    "features",
                                    Map.of(
                                            "progressive_call_results", true,
                                            "progressive_call_invocations", true,
                                            "call_canceling", true))));

    @TempDir
    Path directory;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    private final HostedRealm realm = new HostedRealm(
            new Realm(
                    "realm1",
                    RealmOptions.DEFAULT,
                    new LoopEnvironment((task, millis) -> thread.schedule(task, millis, TimeUnit.MILLISECONDS))),
            thread,
            () -> false);
    private final CcProxy proxy = Bridge.start(
            null, CcProxySettings.defaults(), System.getLogger("test"), realm, new BridgeSettings("vm.", "backend"));
    private final CcProxyClient client = new CcProxyClient(proxy.connect());
    private final CompletableFuture<Session> caller = new CompletableFuture<>();
    private long lastRequest;

    @BeforeEach
    void join() {
        Link link = new Link() {
            @Override
            public Sent send(Message message) {
                received.add(message);
                return Sent.OK;
            }

            @Override
            public void end(Message.Goodbye why) {}

            @Override
            public void abort(String text) {}
        };
        Identity identity = new Identity("test", "backend", "anonymous", "static", Map.of());
        realm.run(() -> caller.complete(realm.realm().join(link, identity, HELLO, Map.of())));
        caller.join();
        send(new Subscribe(1, Dict.EMPTY, Bridge.ON_VM));
        assertEquals(Message.Subscribed.CODE, next().code());
        send(new Subscribe(2, Dict.EMPTY, Bridge.ON_CLIENT));
        assertEquals(Message.Subscribed.CODE, next().code());
        lastRequest = 2;
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
        thread.shutdown();
    }

    private void send(Message message) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        realm.run(() -> {
            caller.join().receive(message);
            done.complete(null);
        });
        done.join();
    }

    private Message next() {
        try {
            Message message = received.poll(10, TimeUnit.SECONDS);
            assertTrue(message != null, "nothing came");
            return message;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<?> nextEvent() {
        return Payloads.args(assertInstanceOf(Event.class, next()).payload());
    }

    private long call(String procedure, Dict options, Payload payload) {
        send(new Call(++lastRequest, options, procedure, payload));
        return lastRequest;
    }

    private String error(Message message) {
        ErrorMessage error = assertInstanceOf(ErrorMessage.class, message);
        return error.error() + " " + Payloads.args(error.payload());
    }

    private MockHyperstart vm(String id) throws Exception {
        MockHyperstart mock = MockHyperstart.started(directory);
        client.hello(id, mock.controlPath(), mock.ioPath());
        assertEquals(List.of(id, "registered"), nextEvent());
        assertEquals(List.of(id, 1L), nextEvent());
        return mock;
    }

    private static JsonNode json(byte[] octets) {
        return new JsonMapper().readTree(octets);
    }

    @Test
    void commandsAreProcedures() throws Exception {
        try (MockHyperstart mock = vm("c1")) {
            call("vm.c1.startpod", Dict.EMPTY, Payload.of(List.of(), Map.of("hostname", "h")));
            Result result = assertInstanceOf(Result.class, next());
            assertTrue(result.payload().isEmpty());
            assertEquals("{\"hostname\":\"h\"}", new String(mock.command().payload(), StandardCharsets.UTF_8));
            call("vm.c1.ping", Dict.EMPTY, Payload.EMPTY);
            assertInstanceOf(Result.class, next());
            assertEquals(0, mock.command().payload().length);
        }
    }

    @Test
    void refusalsAreErrors() throws Exception {
        try (MockHyperstart mock = vm("c1")) {
            mock.reply(c -> MockHyperstart.control(MockHyperstart.ERROR));
            call("vm.c1.ping", Dict.EMPTY, Payload.EMPTY);
            assertEquals("ccproxy.error.request [ERROR received from Hyperstart]", error(next()));
            call("vm.c1.stoppod", Dict.EMPTY, Payload.EMPTY);
            assertTrue(error(next()).startsWith("wamp.error.no_such_procedure"));
            call("vm.c1.writefile", Dict.EMPTY, Payload.of("x".repeat(10_240)));
            assertEquals("ccproxy.error.request [message too long 10250]", error(next()));
        }
    }

    @Test
    void vmsAndClientsAreEvents() throws Exception {
        try (MockHyperstart mock = vm("c1")) {
            try (CcProxyClient second = new CcProxyClient(proxy.connect())) {
                second.attach("c1");
                assertEquals(List.of("c1", 2L), nextEvent());
            }
            assertEquals(List.of("c1", 1L), nextEvent());
            mock.closeControl();
            assertEquals(List.of("c1", "gone"), nextEvent());
            call("vm.c1.ping", Dict.EMPTY, Payload.EMPTY);
            assertTrue(error(next()).startsWith("wamp.error.no_such_procedure"));
        }
    }

    @Test
    void containerIdsAreEscapedWhereTheGrammarNeedsIt() throws Exception {
        assertEquals("a%2Eb%23c%20d%25%C2%A0\u00e9", Bridge.escape("a.b#c d%\u00a0\u00e9"));
        try (MockHyperstart mock = vm("a.b")) {
            call("vm.a%2Eb.ping", Dict.EMPTY, Payload.EMPTY);
            assertInstanceOf(Result.class, next());
            assertEquals(12, mock.command().code());
        }
    }

    @Test
    void execStreamsBothWaysAndEndsWithTheExitCode() throws Exception {
        try (MockHyperstart mock = vm("c1")) {
            Dict both = Dict.of(Map.of("receive_progress", true, "progress", true));
            long request = call("vm.c1.exec", both, Payload.of(List.of("cat", "-"), Map.of("workdir", "/tmp")));
            JsonNode data = json(mock.command().payload());
            assertEquals(
                    "{\"container\":\"c1\",\"process\":{\"workdir\":\"/tmp\",\"terminal\":false,\"stdio\":1,"
                            + "\"stderr\":2,\"args\":[\"cat\",\"-\"]}}",
                    data.toString());
            send(new Call(request, both, "vm.c1.exec", Payload.of("in")));
            assertArrayEquals(new byte[] {'i', 'n'}, mock.input().payload());
            mock.output(1, new byte[] {1, 2});
            mock.output(2, new byte[] {3});
            for (String stream : List.of("stdout", "stderr")) {
                Result progress = assertInstanceOf(Result.class, next());
                assertEquals(true, progress.details().get("progress"));
                assertEquals(stream, Payloads.args(progress.payload()).get(0));
                assertArrayEquals(stream.equals("stdout") ? new byte[] {1, 2} : new byte[] {3}, (byte[])
                        Payloads.args(progress.payload()).get(1));
            }
            send(new Call(request, Dict.of("receive_progress", true), "vm.c1.exec", Payload.of(new byte[] {9})));
            assertArrayEquals(new byte[] {9}, mock.input().payload());
            assertEquals(0, mock.input().payload().length);
            mock.exit(1, 200);
            Result last = assertInstanceOf(Result.class, next());
            assertEquals(List.of(200L), Payloads.args(last.payload()));
            assertTrue(last.details().get("progress") == null);
        }
    }

    @Test
    void aCanceledExecutionClosesItsStreams() throws Exception {
        try (MockHyperstart mock = vm("c1")) {
            long request = call("vm.c1.exec", Dict.of("receive_progress", true), Payload.of("sleep", "9"));
            mock.command();
            assertEquals(0, mock.input().payload().length);
            send(new Cancel(request, Dict.of("mode", "kill")));
            assertTrue(error(next()).startsWith("wamp.error.canceled"));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (proxy.census().streams() > 0) {
                assertTrue(System.nanoTime() < end, "the stream stayed open");
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void anExecutionOfAVmThatGoesEndsWithAnError() throws Exception {
        try (MockHyperstart mock = vm("c1")) {
            call("vm.c1.exec", Dict.EMPTY, Payload.of("sleep", "9"));
            mock.command();
            mock.closeIo();
            boolean failed = false;
            for (int i = 0; i < 2; i++) { // the event and the error, in either order
                failed |= next() instanceof ErrorMessage;
            }
            assertTrue(failed);
        }
    }
}
