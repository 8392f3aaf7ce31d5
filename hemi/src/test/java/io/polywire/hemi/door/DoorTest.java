package io.polywire.hemi.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.hemi.RawClient;
import io.polywire.hemi.Served;
import io.polywire.hemi.TestApp;
import io.polywire.hemi.TestCommands;
import io.polywire.hemi.TestCommands.EchoRequest;
import io.polywire.hemi.TestCommands.EchoResponse;
import io.polywire.hemi.TestCommands.SlowRequest;
import io.polywire.hemi.TestCommands.SlowResponse;
import io.polywire.hemi.Vectors;
import io.polywire.hemi.login.LoginClient;
import io.polywire.hemi.login.SecretKey;
import io.polywire.hemi.message.Envelopes;
import io.polywire.net.HttpDoor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What the door does with good and bad clients, on real sockets. */
class DoorTest {
    private static final Served APP =
            new Served(false, realm -> TestApp.doors().http().toArray(HttpDoor[]::new));
    private static final RawClient WITNESS = welcomed(APP.url("/hemi"));

    @AfterAll
    static void otherConnectionsWereUnhurt() throws InterruptedException {
        WITNESS.send("{\"header\":{\"command\":\"test-echo-request\",\"id\":\"w\"},\"payload\":{\"text\":\"here\"}}");
        assertEquals(
                "here", Vectors.json(WITNESS.next()).get("payload").get("text").asString());
        WITNESS.close();
        APP.close();
    }

    private static RawClient welcomed(String url) {
        RawClient client = new RawClient(url);
        try {
            JsonNode ping = Vectors.json(client.next());
            assertEquals(
                    "polywiretest-ping-request",
                    ping.get("header").get("command").asString());
            assertEquals("0", ping.get("header").get("id").asString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return client;
    }

    @TestFactory
    Stream<DynamicTest> badMessagesEndTheConnectionAsTheReferenceSays() {
        return Vectors.of("decode")
                .filter(v -> !v.get("ok").asBoolean())
                .map(v -> DynamicTest.dynamicTest(Vectors.name(v), () -> {
                    try (RawClient client = welcomed(APP.url("/hemi"))) {
                        client.send(new String(Vectors.wire(v), StandardCharsets.UTF_8));
                        assertEquals(
                                switch (v.get("error_kind").asString()) {
                                    case "malformed" -> "1007 failed to unmarshal JSON";
                                    case "too-big" ->
                                        "1009 " + v.get("close_reason").asString();
                                    default -> "1000 ";
                                },
                                client.end());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> goodMessagesAreAnswered() {
        return Vectors.of("decode")
                .filter(v -> v.get("ok").asBoolean())
                .filter(v -> v.get("command").asString().equals("test-echo-request"))
                .filter(v -> v.get("payload").isObject() && !v.has("wire_hex"))
                .filter(v -> !v.get("name").asString().equals("field-names-case-insensitive"))
                .map(v -> DynamicTest.dynamicTest(Vectors.name(v), () -> {
                    try (RawClient client = welcomed(APP.url("/hemi"))) {
                        if (v.get("frame").asString().equals("MessageBinary")) {
                            client.sendBinary(Vectors.wire(v));
                        } else {
                            client.send(new String(Vectors.wire(v), StandardCharsets.UTF_8));
                        }
                        JsonNode answer = Vectors.json(client.next());
                        JsonNode header = answer.get("header");
                        assertEquals("test-echo-response", header.get("command").asString());
                        assertEquals(v.get("id").asString(), header.path("id").asString(""));
                        JsonNode text = v.get("payload").get("text");
                        assertEquals(
                                text.isObject() ? "z".repeat(text.get("count").asInt()) : text.asString(),
                                answer.get("payload").get("text").asString());
                    }
                }));
    }

    @Test
    void nullPayloadAndResponsesAreInvalidCommands() {
        for (String message : new String[] {
            "{\"header\":{\"command\":\"test-echo-request\",\"id\":\"1\"},\"payload\":null}",
            "{\"header\":{\"command\":\"polywiretest-ping-request\",\"id\":\"1\"},\"payload\":null}",
            "{\"header\":{\"command\":\"test-echo-response\",\"id\":\"1\"},\"payload\":{}}",
            "{\"header\":{\"command\":\"polywiretest-ping-response\",\"id\":\"0\"},\"payload\":{}}",
            "{\"header\":{\"command\":\"test-notification\"},\"payload\":{}}"
        }) {
            try (RawClient client = welcomed(APP.url("/hemi"))) {
                client.send(message);
                assertEquals("1000 ", client.end(), message);
            }
        }
    }

    @Test
    void deepNestingIsReadUpToTheOriginalsBound() throws InterruptedException {
        try (RawClient client = welcomed(APP.url("/hemi"))) {
            client.send(nested(9_000));
            assertTrue(client.next().contains("test-echo-response"));
            client.send(nested(20_000));
            assertEquals("1007 failed to unmarshal JSON", client.end());
        }
    }

    private static String nested(int depth) {
        return "{\"header\":{\"command\":\"test-echo-request\",\"id\":\"1\"},\"payload\":{\"x\":" + "[".repeat(depth)
                + "]".repeat(depth) + "}}";
    }

    @Test
    void sameIdTwiceHasTwoResponses() throws InterruptedException {
        String slow = "{\"header\":{\"command\":\"test-slow-request\",\"id\":\"a\"},\"payload\":{\"ms\":20}}";
        try (RawClient client = welcomed(APP.url("/hemi"))) {
            client.send(slow);
            client.send(slow);
            assertTrue(client.next().contains("\"id\":\"a\""));
            assertTrue(client.next().contains("\"id\":\"a\""));
        }
    }

    @Test
    void slashesThatComeTwiceCountOnce() throws InterruptedException {
        try (RawClient client = new RawClient(APP.url("//hemi"))) {
            assertTrue(client.next().contains("polywiretest-ping-request"));
        }
    }

    @Test
    void pagesOfOtherOriginsAreRefused() throws InterruptedException {
        try (RawClient same = new RawClient(APP.url("/hemi"), "Origin", "http://127.0.0.1:" + APP.port())) {
            assertTrue(same.next().contains("polywiretest-ping-request"));
        }
        CompletionException refused = assertThrows(
                CompletionException.class, () -> new RawClient(APP.url("/hemi"), "Origin", "http://elsewhere.test"));
        assertTrue(refused.getCause() instanceof java.net.http.WebSocketHandshakeException e
                && e.getResponse().statusCode() == 403);
    }

    @Test
    void silentLoginIsCutOffWithoutCloseFrame() {
        HemiDoorSettings settings = HemiDoorSettings.at("/x")
                .withLogin(Admission.everybody("member"))
                .withLoginTimeout(Duration.ofMillis(300));
        try (Served served = new Served(false, _ ->
                        new HttpDoor[] {new HemiDoor(settings, new Handlers(TestCommands.COMMANDS))});
                RawClient silent = new RawClient(served.url("/x"))) {
            assertEquals("1006 ", silent.end()); // no close frame came
        }
    }

    @Test
    void failedLoginsEndLikeInvalidCommands() {
        try (RawClient client = new RawClient(APP.url("/hemi-auth"))) {
            client.send("{\"header\":{\"command\":\"test-echo-request\",\"id\":\"1\"},\"payload\":{}}");
            assertEquals("1000 ", client.end());
        }
    }

    @Test
    void requestsSentBeforeTheWelcomeAreAnsweredAfterIt() throws InterruptedException {
        LoginClient login = new LoginClient(SecretKey.generate());
        try (RawClient client = new RawClient(APP.url("/hemi-auth"))) {
            client.send(new String(login.hello(), StandardCharsets.UTF_8));
            byte[] challenge = client.next().getBytes(StandardCharsets.UTF_8);
            byte[] answer = login.answer(Envelopes.read(challenge, 0, challenge.length));
            client.send(new String(answer, StandardCharsets.UTF_8));
            client.send("{\"header\":{\"command\":\"test-whoami-request\",\"id\":\"1\"},\"payload\":{}}");
            assertTrue(client.next().contains("polywiretest-ping-request"));
            assertTrue(client.next().contains(login.key().publicKey().hex()));
        }
    }

    @Test
    void lateRequestWithoutResponseEndsTheConnectionAndAllItsRequests() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(3);
        Handler<Record> forever = (_, _) -> {
            try {
                Thread.sleep(Duration.ofMinutes(5));
            } finally {
                interrupted.countDown();
            }
            return null;
        };
        Handlers handlers = new Handlers(TestCommands.COMMANDS)
                .on(TestCommands.CloseRequest.class, forever)
                .on(SlowRequest.class, forever);
        HemiDoorSettings settings = HemiDoorSettings.at("/x").withRequestTimeout(Duration.ofMillis(200));
        try (Served served = new Served(false, _ -> new HttpDoor[] {new HemiDoor(settings, handlers)});
                RawClient client = welcomed(served.url("/x"))) {
            client.send("{\"header\":{\"command\":\"test-close-request\"},\"payload\":{}}");
            client.send("{\"header\":{\"command\":\"test-close-request\"},\"payload\":{}}");
            client.send("{\"header\":{\"command\":\"test-slow-request\",\"id\":\"1\"},\"payload\":{}}");
            assertEquals("1011 ", client.end());
            interrupted.await();
        }
    }

    @Test
    void requestsThatTakeTooLongAreInternalErrors() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        Handlers handlers = new Handlers(TestCommands.COMMANDS)
                .onLoop(EchoRequest.class, (_, q) -> new EchoResponse(q.text(), null))
                .on(SlowRequest.class, (_, q) -> {
                    try {
                        Thread.sleep(Duration.ofMinutes(5));
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return new SlowResponse(q.ms(), null);
                });
        HemiDoorSettings settings = HemiDoorSettings.at("/x").withRequestTimeout(Duration.ofMillis(200));
        try (Served served = new Served(false, _ -> new HttpDoor[] {new HemiDoor(settings, handlers)});
                RawClient client = welcomed(served.url("/x"))) {
            client.send("{\"header\":{\"command\":\"test-slow-request\",\"id\":\"9\"},\"payload\":{}}");
            JsonNode error = Vectors.json(client.next()).get("payload").get("error");
            assertEquals("internal error", error.get("message").asString());
            assertTrue(error.get("trace").asString().matches("[0-9a-f]{16}"));
            interrupted.await();
            client.send("{\"header\":{\"command\":\"test-slow-request\",\"id\":\"9\"},\"payload\":{}}");
        }
    }
}
