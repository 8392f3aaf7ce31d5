package io.polywire.gate.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.program.Wasm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sections A8 and A9, the streams of the client. */
class GateStreamTest {
    private static final CallOptions MAIN = CallOptions.function("main");

    private final LoopbackDoor server = new LoopbackDoor();
    private final GateClient client = GateClient.of(server.address(), Identity.generate());

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private static ModuleContent module(String program) {
        return ModuleContent.of(Wasm.bytes(program));
    }

    private String uploaded(String program) {
        client.upload(module(program));
        return module(program).key();
    }

    private static String rest(GateStream stream) throws IOException {
        return new String(stream.output().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String next(GateStream stream, int length) throws IOException {
        return new String(stream.output().readNBytes(length), StandardCharsets.UTF_8);
    }

    private static void write(GateStream stream, String text) throws IOException {
        stream.input().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private void eventuallyNoInstance() throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (server.instances() > 0) {
            if (System.nanoTime() - end > 0) {
                throw new TimeoutException("the instance lives on");
            }
            Thread.sleep(2); // There is no event to wait for.
        }
    }

    // ---- HTTP

    @Test
    void callIsFullDuplexAndEndsWithItsInput() throws IOException {
        try (GateStream stream = client.call(uploaded("echo"), MAIN)) {
            assertEquals(36, stream.instance().length());
            write(stream, "one");
            assertEquals("one", next(stream, 3));
            write(stream, "two");
            stream.input().close();
            assertEquals("two", rest(stream));
            assertEquals(Status.of(State.TERMINATED), stream.await());
            assertThrows(IOException.class, () -> stream.input().write(1));
        }
    }

    @Test
    void moduleMayComeWithTheCallAndBeKept() throws IOException {
        try (GateStream stream = client.call(module("hello"), MAIN.withRef())) {
            assertEquals(module("hello").key(), stream.module());
            assertThrows(IOException.class, () -> stream.input().write(1));
            assertEquals("hello, world\n", rest(stream));
            assertEquals(Status.of(State.TERMINATED), stream.await());
        }
        assertEquals(1, client.modules().size());
    }

    @Test
    void awaitDropsOutputAndTellsTheResult() throws IOException {
        try (GateStream stream = client.call(module("exit"), CallOptions.function("exit7"))) {
            assertEquals(new Status(State.TERMINATED, null, 1, ""), stream.await());
        }
        try (GateStream stream = client.call(module("hello"), MAIN.withDebug())) {
            assertEquals(Status.of(State.TERMINATED), stream.await());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void muchGoesBothWaysAtOnce(boolean webSocket) throws Exception {
        byte[] much = new byte[5 << 20];
        new Random(1).nextBytes(much);
        String echo = uploaded("echo");
        try (GateStream stream = webSocket ? client.callOverWebSocket(echo, MAIN) : client.call(echo, MAIN)) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                try (OutputStream input = stream.input()) {
                    input.write(much);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertArrayEquals(much, stream.output().readNBytes(much.length));
            writer.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void refusedCallTellsTheText() {
        GateException e = assertThrows(GateException.class, () -> client.call("A".repeat(64), MAIN));
        assertEquals("404 module not found", e.status() + " " + e.text());
        e = assertThrows(GateException.class, () -> client.call(module("truncated"), MAIN));
        assertEquals(400, e.status());
        assertTrue(e.text().contains("unexpected EOF"), e.text());
    }

    @Test
    void closedCallIsKilled() throws Exception {
        GateStream stream = client.call(uploaded("spin"), MAIN);
        assertEquals(1, server.instances());
        stream.close();
        eventuallyNoInstance();
        assertThrows(IOException.class, stream::await);
    }

    @Test
    void ioLeavesTheInstanceRunning() throws IOException {
        String instance = client.launch(module("echo"), LaunchOptions.function("serve"));
        for (int i = 0; i < 2; i++) {
            try (GateStream stream = client.io(instance)) {
                write(stream, "ping");
                stream.input().close();
                assertEquals("ping", rest(stream));
                assertEquals(Status.of(State.RUNNING), stream.await());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void instanceThatHasEndedTakesNoConnection(boolean webSocket) {
        String instance = client.launch(module("exit"), LaunchOptions.function("ret0"));
        client.waitFor(instance);
        GateException e = assertThrows(
                GateException.class,
                () -> (webSocket ? client.ioOverWebSocket(instance) : client.io(instance)).close());
        assertEquals("409 instance takes no connection", e.status() + " " + e.text());
    }

    // ---- WebSocket

    @Test
    void callOverWebSocketEndsWithTheProgram() throws IOException {
        try (GateStream stream = client.callOverWebSocket(uploaded("hello"), MAIN)) {
            assertEquals(36, stream.instance().length());
            assertEquals("hello, world\n", rest(stream));
            assertEquals(Status.of(State.TERMINATED), stream.await());
        }
    }

    @Test
    void moduleMayComeOverTheWebSocketAndTheProgramHasInput() throws IOException {
        try (GateStream stream = client.callOverWebSocket(module("echo"), MAIN.withRef())) {
            assertEquals(module("echo").key(), stream.module());
            write(stream, "ping");
            assertEquals("ping", next(stream, 4));
        }
    }

    @Test
    void refusalOverWebSocketTellsTheCloseReason() {
        GateException e = assertThrows(GateException.class, () -> client.callOverWebSocket("A".repeat(64), MAIN));
        assertEquals("1008 module not found", e.status() + " " + e.text());
        e = assertThrows(
                GateException.class, () -> client.callOverWebSocket(uploaded("hello"), CallOptions.function("no no")));
        assertEquals(400, e.status()); // A plain answer in place of the upgrade.
    }

    @Test
    void closedCallOverWebSocketIsKilled() throws Exception {
        GateStream stream = client.callOverWebSocket(uploaded("spin"), MAIN);
        stream.close();
        eventuallyNoInstance();
        assertThrows(IOException.class, stream::await);
    }

    @Test
    void ioOverWebSocketHasBothDirections() throws IOException {
        String instance = client.launch(module("echo"), LaunchOptions.function("serve"));
        try (GateStream stream = client.ioOverWebSocket(instance)) {
            write(stream, "ping");
            assertEquals("ping", next(stream, 4));
            client.killAndWait(instance);
            assertEquals(State.KILLED, stream.await().state());
        }
    }

    // ---- Flow

    /** Takes what comes, one request at a time. */
    private static final class Collector implements Flow.Subscriber<ByteBuffer> {
        final CompletableFuture<byte[]> all = new CompletableFuture<>();
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private Flow.@Nullable Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(ByteBuffer item) {
            byte[] part = new byte[item.remaining()];
            item.get(part);
            octets.write(part, 0, part.length);
            if (subscription != null) {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable cause) {
            all.completeExceptionally(cause);
        }

        @Override
        public void onComplete() {
            all.complete(octets.toByteArray());
        }
    }

    @Test
    void flowCarriesBothDirections() throws Exception {
        byte[] much = new byte[1 << 20];
        new Random(2).nextBytes(much);
        try (GateStream stream = client.call(uploaded("echo"), MAIN)) {
            Collector collector = new Collector();
            stream.outputPublisher().subscribe(collector);
            try (SubmissionPublisher<ByteBuffer> source = new SubmissionPublisher<>()) {
                source.subscribe(stream.inputSubscriber());
                for (int at = 0; at < much.length; at += 10_000) {
                    source.submit(ByteBuffer.wrap(much, at, Math.min(10_000, much.length - at)));
                }
            } // its end is the input's
            assertArrayEquals(much, collector.all.get(20, TimeUnit.SECONDS));
            assertEquals(Status.of(State.TERMINATED), stream.await());
        }
    }

    @Test
    void errorOfTheInputClosesTheStream() throws Exception {
        GateStream stream = client.call(uploaded("echo"), MAIN);
        try (SubmissionPublisher<ByteBuffer> source = new SubmissionPublisher<>()) {
            source.subscribe(stream.inputSubscriber());
            source.closeExceptionally(new IOException("the source is lost"));
            eventuallyNoInstance();
            assertThrows(IOException.class, stream::await);
        }
    }
}
