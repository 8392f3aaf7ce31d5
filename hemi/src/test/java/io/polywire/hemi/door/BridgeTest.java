package io.polywire.hemi.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Payloads;
import io.polywire.hemi.Member;
import io.polywire.hemi.RawClient;
import io.polywire.hemi.Served;
import io.polywire.hemi.Vectors;
import io.polywire.hemi.api.Tbc;
import io.polywire.hemi.api.Tbc.BalanceByAddressRequest;
import io.polywire.hemi.api.Tbc.BalanceByAddressResponse;
import io.polywire.hemi.bridge.RemoteServer;
import io.polywire.hemi.bridge.RemoteServerSettings;
import io.polywire.hemi.client.ConnectionException;
import io.polywire.hemi.client.HemiClient;
import io.polywire.hemi.client.HemiClientSettings;
import io.polywire.hemi.client.HemiListener;
import io.polywire.hemi.door.RealmBridgeSettings.Topic;
import io.polywire.hemi.login.SecretKey;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.RequestException;
import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.net.HttpDoor;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Hemi commands and a realm, on real sockets; with and without a hop between their threads. */
class BridgeTest {
    private static Served served(boolean hop, RealmBridgeSettings settings) {
        return new Served(hop, realm ->
                new HttpDoor[] {new HemiDoor(HemiDoorSettings.at("/hemi"), new RealmBridge(realm, settings))});
    }

    private static RawClient welcomed(Served served) throws InterruptedException {
        RawClient client = new RawClient(served.url("/hemi"));
        assertTrue(client.next().contains("polywire-ping-request"));
        return client;
    }

    private static String request(String name, String payload) {
        return "{\"header\":{\"command\":\"" + name + "-request\",\"id\":\"7\"},\"payload\":" + payload + "}";
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestsCallProceduresWithThePayloadAsKwargs(boolean hop) throws InterruptedException {
        try (Served served = served(hop, RealmBridgeSettings.DEFAULT.with("polywire", "app."));
                RawClient client = welcomed(served);
                RawClient other = welcomed(served)) {
            Member callee = new Member(served.realm);
            callee.register("app.sum");
            for (RawClient caller : List.of(client, other)) { // one of them is on another loop
                caller.send(request("sum", "{\"a\":9007199254740993,\"b\":[1,\"ü\"]}"));
                Message.Invocation invocation =
                        callee.answer(i -> Member.result(i, Payload.of(List.of(), Map.of("sum", 5L))));
                assertEquals(
                        Map.of("a", 9007199254740993L, "b", List.of(1L, "ü")), Payloads.kwargs(invocation.payload()));
                assertEquals("sum-request", invocation.details().get("_command"));
                assertEquals("7", invocation.details().get("_id"));
                assertEquals(
                        Vectors.json(
                                "{\"header\":{\"command\":\"sum-response\",\"id\":\"7\"},\"payload\":{\"sum\":5}}"),
                        Vectors.json(caller.next()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void resultsAndErrorsHaveTheirForms(boolean hop) throws InterruptedException {
        try (Served served = served(hop, RealmBridgeSettings.DEFAULT);
                RawClient client = welcomed(served)) {
            Member callee = new Member(served.realm);
            callee.register("f");
            assertEquals("{}", payload(client, callee, Payload.EMPTY));
            assertEquals("{\"x\":1}", payload(client, callee, Payload.of(Map.of("x", 1L))));
            assertEquals("{\"args\":[5]}", payload(client, callee, Payload.of(5L)));
            assertEquals(
                    "{\"args\":[{}],\"kwargs\":{\"y\":2}}",
                    payload(client, callee, Payload.of(List.of(Map.of()), Map.of("y", 2L))));

            assertEquals("no money", error(client, callee, "app.error.poor", Payload.of("no money"), false));
            assertEquals("app.error.poor", error(client, callee, "app.error.poor", Payload.EMPTY, false));
            assertEquals("not authorized", error(client, callee, "wamp.error.not_authorized", Payload.EMPTY, false));
            assertEquals(
                    "internal error", error(client, callee, "wamp.error.invalid_argument", Payload.of("secret"), true));

            client.send(request("g", "{}"));
            assertEquals("unknown command: g-request", message(client.next()));
            client.send(request("a b", "{}"));
            assertEquals("invalid command name", message(client.next()));
            client.send(request("f", "[]"));
            assertEquals("1000 ", client.end());
        }
    }

    private static String payload(RawClient client, Member callee, Payload result) throws InterruptedException {
        client.send(request("f", "{}"));
        callee.answer(i -> Member.result(i, result));
        return Vectors.json(client.next()).get("payload").toString();
    }

    private static String error(RawClient client, Member callee, String uri, Payload payload, boolean trace)
            throws InterruptedException {
        client.send(request("f", "{}"));
        callee.answer(i -> Member.error(i, uri, payload));
        String answer = client.next();
        assertEquals(trace, answer.contains("\"trace\""), answer);
        assertEquals(false, answer.contains("secret"), answer);
        return message(answer);
    }

    private static String message(String answer) {
        return Vectors.json(answer).get("payload").get("error").get("message").asString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void unknownCommandsCloseWhereConfigured(boolean hop) throws InterruptedException {
        try (Served served = served(hop, RealmBridgeSettings.DEFAULT.withCloseOnUnknown(true));
                RawClient client = welcomed(served)) {
            client.send(request("g", "{}"));
            assertEquals("1000 ", client.end());
            Member member = new Member(served.realm);
            member.say(new Message.Call(1, Dict.EMPTY, "wamp.session.count", Payload.EMPTY));
            assertEquals(
                    List.of(1L),
                    Payloads.args(member.hear(Message.Result.class).payload()),
                    "the client's session has left");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eventsOfConfiguredTopicsAreNotifications(boolean hop) throws InterruptedException {
        RealmBridgeSettings settings = RealmBridgeSettings.DEFAULT
                .with("polywire", "app.")
                .withTopics(new Topic("app.news", Match.EXACT), new Topic("hemi", Match.PREFIX));
        try (Served served = served(hop, settings);
                RawClient client = welcomed(served)) {
            client.send(request("wait", "{}")); // when this is answered the topics are subscribed
            client.next();
            Member publisher = new Member(served.realm);
            publisher.say(new Message.Publish(1, Dict.EMPTY, "app.news", Payload.of(List.of(), Map.of("n", 1L))));
            publisher.say(new Message.Publish(2, Dict.EMPTY, "hemi.sport", Payload.of(2L)));
            publisher.say(new Message.Publish(3, Dict.EMPTY, "app.other", Payload.of(3L)));
            publisher.say(new Message.Publish(4, Dict.EMPTY, "app.news", Payload.EMPTY));
            assertEquals(
                    Vectors.json("{\"header\":{\"command\":\"news-notification\"},\"payload\":{\"n\":1}}"),
                    Vectors.json(client.next()));
            assertEquals(
                    Vectors.json("{\"header\":{\"command\":\"hemi.sport-notification\"},\"payload\":{\"args\":[2]}}"),
                    Vectors.json(client.next()));
            assertTrue(client.next().contains("\"payload\":{}"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void killedSessionsAreClosedWith1002(boolean hop) throws InterruptedException {
        try (Served served = served(hop, RealmBridgeSettings.DEFAULT);
                RawClient client = welcomed(served)) {
            Member killer = new Member(served.realm);
            killer.say(new Message.Call(1, Dict.EMPTY, "wamp.session.list", Payload.EMPTY));
            Object ids =
                    Payloads.args(killer.hear(Message.Result.class).payload()).getFirst();
            Object first = ((List<?>) java.util.Objects.requireNonNull(ids)).getFirst();
            killer.say(new Message.Call(2, Dict.EMPTY, "wamp.session.get", Payload.of(first)));
            Map<?, ?> details = (Map<?, ?>) java.util.Objects.requireNonNull(
                    Payloads.args(killer.hear(Message.Result.class).payload()).getFirst());
            assertEquals("hemi", details.get("_door"));
            assertEquals("hemi", details.get("authprovider"));
            killer.say(new Message.Call(3, Dict.EMPTY, "wamp.session.kill", Payload.of(first)));
            assertEquals("1002 killed", client.end());
        }
    }

    /** A node behind a realm: Hemi client, door, realm, session of the remote server, its client, the node's door. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void remoteServersAreCalleesOfARealm(boolean hop) throws InterruptedException {
        Handlers node = new Handlers(Tbc.COMMANDS).on(BalanceByAddressRequest.class, (_, q) -> {
            if (q.address().isEmpty()) {
                throw new RequestException("invalid address");
            }
            if (q.address().equals("broken")) {
                throw new IllegalStateException("secret");
            }
            return new BalanceByAddressResponse(q.address().length(), null);
        });
        try (Served remote =
                        new Served(false, _ -> new HttpDoor[] {new HemiDoor(HemiDoorSettings.at("/v1/ws"), node)});
                Served served = served(hop, RealmBridgeSettings.DEFAULT);
                RemoteServer server = new RemoteServer(
                        served.realm,
                        served.loops,
                        RemoteServerSettings.of(
                                HemiClientSettings.of(URI.create(remote.url("//v1/ws")), Tbc.COMMANDS), ""));
                RawClient client = welcomed(served)) {
            client.send(request("tbcapi-balance-by-address", "{\"address\":\"mw9\"}"));
            JsonNode answer = Vectors.json(client.next());
            assertEquals(
                    "tbcapi-balance-by-address-response",
                    answer.get("header").get("command").asString());
            assertEquals(3, answer.get("payload").get("balance").asInt());
            assertTrue(server.isOnline());

            Member caller = new Member(served.realm);
            caller.say(new Message.Call(1, Dict.EMPTY, "tbcapi-balance-by-address", Payload.EMPTY));
            Message.ErrorMessage wrong = caller.hear(Message.ErrorMessage.class);
            assertEquals("hemi.error.request", wrong.error());
            assertEquals(List.of("invalid address", ""), Payloads.args(wrong.payload()));
            caller.say(new Message.Call(
                    2, Dict.EMPTY, "tbcapi-balance-by-address", Payload.of(Map.of("address", "broken"))));
            Message.ErrorMessage internal = caller.hear(Message.ErrorMessage.class);
            assertEquals("hemi.error.internal", internal.error());
            assertEquals("internal error", Payloads.args(internal.payload()).getFirst());
        }
    }

    /** A key list cannot know everybody: a procedure is asked, as WAMP authenticators are. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void proceduresDecideWhoIsLetIn(boolean hop) throws InterruptedException {
        SecretKey key = SecretKey.generate();
        try (Served served = new Served(hop, realm -> new HttpDoor[] {
                    new HemiDoor(
                            HemiDoorSettings.at("/hemi")
                                    .withLogin(Admission.procedure(realm, "app.login", Duration.ofSeconds(20))),
                            new RealmBridge(realm, RealmBridgeSettings.DEFAULT))
                });
                HemiClient client = new HemiClient(
                        served.loops,
                        HemiClientSettings.of(URI.create(served.url("/hemi")), CommandSet.of("polywire"))
                                .withLogin(key),
                        HemiListener.NONE)) {
            ConnectionException absent = assertThrows(ConnectionException.class, client::connect);
            assertEquals(1011, absent.closeCode(), "nobody was asked, so it may be tried again");

            Member callee = new Member(served.realm);
            callee.register("app.login");
            CompletableFuture<Void> refused = client.connectAsync();
            Message.Invocation question = callee.answer(i -> Member.error(i, "app.error.unknown", Payload.EMPTY));
            assertEquals(
                    List.of("realm1", key.publicKey().hex(), Map.of("authmethod", "secp256k1")),
                    Payloads.args(question.payload()));
            assertTrue(
                    assertThrows(CompletionException.class, refused::join).getCause() instanceof ConnectionException e
                            && e.isKeyRefused());

            CompletableFuture<Void> admitted = client.connectAsync();
            callee.answer(i -> Member.result(i, Payload.of(Map.of("role", "miner"))));
            admitted.join();
            assertTrue(client.isOnline());
            Member asker = new Member(served.realm);
            asker.say(new Message.Call(
                    1, Dict.EMPTY, "wamp.session.count", Payload.of(List.of(List.of("miner")), Map.of())));
            assertEquals(
                    List.of(1L), Payloads.args(asker.hear(Message.Result.class).payload()));
        }
    }
}
