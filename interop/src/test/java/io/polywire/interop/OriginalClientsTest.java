package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.interop.Peer.Answer;
import io.polywire.interop.Peer.CallFailed;
import io.polywire.interop.Peer.Does;
import io.polywire.interop.Peer.Payload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * The original clients of three languages and Polywire's own at one server, each over every transport and serialization it
 * knows, and all of them with each other.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class OriginalClientsTest {
    private static final Payload MIXED = new Payload(
            Arrays.asList(
                    1L,
                    -2.5,
                    "zwei \u20AC\uD834\uDD1E",
                    true,
                    null,
                    List.of(1L, List.of(2L)),
                    Map.of("a", Map.of("b", 1L))),
            Map.of("k", "v", "list", List.of("x")));

    private final Map<Toolchain, ClientProgram> programs = new LinkedHashMap<>();
    private final Map<Toolchain, String> missing = new LinkedHashMap<>();
    private final Map<Configuration, Peer> peers = new LinkedHashMap<>();
    private @Nullable ServerProcess running;
    private Path socket = Path.of("unset");

    static List<Configuration> configurations() {
        return Configuration.all();
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        socket = folder.resolve("wamp.sock");
        running = ServerProcess.serve("--listen", "127.0.0.1:0", "--unix", socket.toString());
        for (Toolchain toolchain : Toolchain.values()) {
            try {
                programs.put(toolchain, toolchain.start());
            } catch (Toolchain.Missing e) {
                missing.put(toolchain, String.valueOf(e.getMessage()));
            }
        }
    }

    @AfterAll
    void stop() {
        programs.values().forEach(ClientProgram::close);
        if (running != null) {
            running.close();
        }
    }

    /** The peer of a configuration; its procedures are there from the first time on. */
    private Peer peer(Configuration configuration) {
        return peers.computeIfAbsent(configuration, c -> {
            Peer peer = open(c, c.toString());
            peer.register(c.uri("echo"), Does.ECHO);
            peer.register(c.uri("fail"), Does.FAIL);
            peer.register(c.uri("progress"), Does.PROGRESS);
            return peer;
        });
    }

    private Peer open(Configuration configuration, String name) {
        ServerProcess server = server();
        String url = switch (configuration.transport()) {
            case "ws" -> server.ws();
            case "tcp" -> server.tcp();
            default -> "unix://" + socket;
        };
        Toolchain toolchain = configuration.toolchain();
        if (toolchain == null) {
            return new JavaPeer(url, configuration.serialization(), "realm1");
        }
        ClientProgram program = programs.get(toolchain);
        if (program == null) {
            throw new TestAbortedException(missing.get(toolchain));
        }
        return RemotePeer.open(
                program,
                name,
                Map.of(
                        "url",
                        url,
                        "serializer",
                        configuration.serialization(),
                        "library",
                        configuration.library(),
                        "realm",
                        "realm1"));
    }

    private ServerProcess server() {
        ServerProcess server = running;
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    /** All that can run here; skips the test if the one that is given cannot. */
    private Stream<Configuration> present(Configuration first) {
        peer(first);
        return Configuration.all().stream().filter(c -> c.toolchain() == null || programs.containsKey(c.toolchain()));
    }

    private void withEveryOther(Configuration configuration, BiConsumer<Peer, Configuration> check) {
        Peer peer = peer(configuration);
        assertAll(present(configuration).<Executable>map(other -> () -> {
            try {
                peer(other);
                check.accept(peer, other);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(configuration + " with " + other + ": " + e.getMessage(), e);
            }
        }));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void callsProceduresOfEveryClient(Configuration configuration) {
        withEveryOther(configuration, (peer, other) -> {
            Answer answer = peer.call(other.uri("echo"), MIXED, false);
            assertEquals(MIXED, answer.payload());
        });
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void carriesOctetsToAndFromEveryClient(Configuration configuration) {
        byte[] octets = {0, 1, (byte) 0xFF, 0x7F, (byte) 0x80};
        withEveryOther(configuration, (peer, other) -> {
            Answer answer = peer.call(other.uri("echo"), new Payload(List.of("a", octets), Map.of()), false);
            assertEquals(2, answer.payload().args().size());
            assertArrayEquals(octets, (byte[]) answer.payload().args().get(1));
        });
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void errorsOfEveryClientCarryUriAndArguments(Configuration configuration) {
        withEveryOther(configuration, (peer, other) -> {
            CallFailed e = assertThrows(CallFailed.class, () -> peer.call(other.uri("fail"), MIXED, false));
            assertEquals("interop.error.failed", e.uri);
            assertEquals(MIXED, e.payload);
        });
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void progressOfEveryClientComesInOrder(Configuration configuration) {
        List<List<Long>> expected = List.of(List.of(0L), List.of(1L), List.of(2L), List.of(3L), List.of(4L));
        withEveryOther(configuration, (peer, other) -> {
            Answer answer = peer.call(other.uri("progress"), Payload.of(), true);
            assertEquals(expected, answer.progress());
            assertEquals(Payload.of("end"), answer.payload());
        });
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void eventsReachEveryOtherClientInOrder(Configuration configuration) {
        Peer publisher = peer(configuration);
        String topic = configuration.uri("topic");
        List<Configuration> others =
                present(configuration).filter(c -> !c.equals(configuration)).toList();
        for (Configuration other : others) {
            peer(other).subscribe(topic, "exact");
        }
        publisher.publish(topic, MIXED);
        for (long i = 0; i < 10; i++) {
            publisher.publish(topic, Payload.of(i));
        }
        for (Configuration other : others) {
            assertEquals(MIXED, peer(other).event(topic), other::toString);
            for (long i = 0; i < 10; i++) {
                assertEquals(Payload.of(i), peer(other).event(topic), other::toString);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void subscriptionsByPrefixMatch(Configuration configuration) {
        Peer peer = peer(configuration);
        try (Peer publisher = open(configuration, configuration + " second")) {
            String prefix = configuration.uri("prefix");
            peer.subscribe(prefix, "prefix");
            publisher.publish(prefix + ".any.thing", Payload.of("hit"));
            assertEquals(Payload.of("hit"), peer.event(prefix));
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void longPayloadsArriveWhole(Configuration configuration) {
        byte[] octets = new byte[1 << 20];
        new Random(7).nextBytes(octets);
        String text = "\u20AC".repeat(1 << 18);
        Payload result = peer(configuration)
                .call(configuration.uri("echo"), new Payload(List.of(text), Map.of("octets", octets)), false)
                .payload();
        assertEquals(List.of(text), result.args());
        assertArrayEquals(octets, (byte[]) result.kwargs().get("octets"));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void callsWithoutPayloadHaveNoneInTheResult(Configuration configuration) {
        assertEquals(
                Payload.of(),
                peer(configuration)
                        .call(configuration.uri("echo"), Payload.of(), false)
                        .payload());
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void unregisteredProceduresAreGone(Configuration configuration) {
        Peer peer = peer(configuration);
        String uri = configuration.uri("passing");
        peer.register(uri, Does.ECHO);
        peer.call(uri, Payload.of(1L), false);
        peer.unregister(uri);
        CallFailed e = assertThrows(CallFailed.class, () -> peer.call(uri, Payload.of(1L), false));
        assertEquals("wamp.error.no_such_procedure", e.uri);
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void noEventComesAfterUnsubscribing(Configuration configuration) {
        if (!configuration.unsubscribes()) {
            throw new TestAbortedException("wampy 8.0.2 fails when it gets UNSUBSCRIBED");
        }
        Peer peer = peer(configuration);
        try (Peer publisher = open(configuration, configuration + " second")) {
            String topic = configuration.uri("passing.topic");
            String after = configuration.uri("passing.after");
            peer.subscribe(topic, "exact");
            peer.subscribe(after, "exact");
            publisher.publish(topic, Payload.of(1L));
            assertEquals(Payload.of(1L), peer.event(topic));
            peer.unsubscribe(topic);
            publisher.publish(topic, Payload.of(2L));
            publisher.publish(after, Payload.of(3L));
            // Events of one publisher come in order, so the second one would have come before this one.
            assertEquals(Payload.of(3L), peer.event(after));
            peer.subscribe(topic, "exact");
            publisher.publish(topic, Payload.of(4L));
            assertEquals(Payload.of(4L), peer.event(topic));
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void leavingEndsCallsInProgressOfOthersButNothingElse(Configuration configuration) throws IOException {
        Peer peer = peer(configuration);
        List<Peer> passing = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Peer one = open(configuration, configuration + " passing " + i);
            one.register(configuration.uri("passing." + i), Does.ECHO);
            passing.add(one);
        }
        passing.forEach(Peer::close);
        CallFailed e = assertThrows(
                CallFailed.class,
                () -> {
                    // The router takes the leave in its own time; until then the call is answered.
                    for (int i = 0; i < 1000; i++) {
                        peer.call(configuration.uri("passing.2"), Payload.of(), false);
                    }
                },
                "still there");
        assertEquals(
                true,
                List.of("wamp.error.no_such_procedure", "wamp.error.canceled").contains(e.uri),
                e.uri);
        assertEquals(MIXED, peer.call(configuration.uri("echo"), MIXED, false).payload());
    }
}
