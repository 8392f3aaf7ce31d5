package io.polywire.ccproxy.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.UnixSocket;
import io.polywire.ccproxy.unix.UnixStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The recorded exchanges of the original, played against this proxy. Where the original misbehaves, the exchange of the
 * same name in {@code ccproxy-mended.jsonl} takes the place of the recorded one.
 */
class VectorTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    /** How long a channel must stay silent where nothing may come. */
    private static final Duration SILENCE = Duration.ofMillis(120);

    private static final String HELLO =
            "{\"id\":\"hello\",\"data\":{\"containerId\":\"c1\",\"ctlSerial\":\"ctl\",\"ioSerial\":\"io\"}}";
    private static final String READY = "0000000800000008";

    @TestFactory
    Stream<DynamicTest> exchangesGoAsRecorded() throws IOException {
        List<JsonNode> recorded = read("/ccproxy.jsonl");
        assertEquals(77, recorded.size());
        Map<String, JsonNode> mended = read("/ccproxy-mended.jsonl").stream()
                .collect(Collectors.toMap(v -> v.get("name").asString(), Function.identity()));
        return recorded.stream()
                .map(v -> mended.getOrDefault(v.get("name").asString(), v))
                .map(v -> DynamicTest.dynamicTest(v.get("name").asString(), () -> play(v)));
    }

    private static void play(JsonNode vector) throws IOException {
        try (Exchange exchange = new Exchange()) {
            exchange.prepare(vector.get("pre").asString());
            for (JsonNode step : vector.get("steps")) {
                exchange.step(step);
            }
        }
    }

    private static List<JsonNode> read(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(VectorTest.class.getResourceAsStream(resource))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(MAPPER::readTree)
                    .toList();
        }
    }

    private static final class Exchange implements AutoCloseable {
        private final CcProxy proxy = Peers.proxy();
        private final Map<String, UnixStream> channels = new LinkedHashMap<>();
        private final Map<String, Descriptor> listeners = new HashMap<>();

        private Exchange() throws IOException {
            for (String name : List.of("ctl", "io")) {
                Files.deleteIfExists(Path.of(name));
                listeners.put(name, UnixSocket.listen(name, 0600, 8));
            }
        }

        private void prepare(String state) throws IOException {
            if (state.equals("none")) {
                return;
            }
            channel("A").write(Peers.message(HELLO));
            channel("ctl").write(HexFormat.of().parseHex(READY));
            assertTrue(Peers.response(channel("A")).success());
            if (state.startsWith("hello, allocateIO ")) {
                String n = state.substring("hello, allocateIO ".length()).split(" ", -1)[0];
                assertTrue(Peers.call(channel("A"), "{\"id\":\"allocateIO\",\"data\":{\"nStreams\":" + n + "}}")
                        .success());
                channels.put("fd1", Peers.descriptor(channel("A")));
            }
        }

        private void step(JsonNode step) throws IOException {
            UnixStream channel = channel(step.get("on").asString());
            boolean toProxy = step.get("dir").asString().endsWith("2p");
            if (step.has("eof")) {
                if (toProxy) {
                    channel.close();
                } else {
                    assertEquals(-1, channel.read(new byte[1], 0, 1));
                }
            } else if (step.has("none")) {
                channel.timeout(SILENCE);
                assertThrows(SocketTimeoutException.class, () -> channel.read(new byte[1], 0, 1));
                channel.timeout(Peers.WAIT);
            } else if (toProxy) {
                channel.write(octets(step));
            } else {
                expect(channel, step);
            }
        }

        private void expect(UnixStream channel, JsonNode step) throws IOException {
            byte[] expected = octets(step);
            if (step.has("fd")) {
                String named = step.get("fd").asString();
                channels.put(named.contains("fd2") ? "fd2" : "fd1", Peers.descriptor(channel));
            } else if (step.get("on").asString().length() == 1) {
                String json = new String(expected, 8, expected.length - 8, StandardCharsets.UTF_8);
                compare(MAPPER.readTree(json), MAPPER.readTree(Peers.body(channel)));
            } else {
                byte[] actual = new byte[expected.length];
                channel.readFully(actual);
                assertArrayEquals(expected, actual);
            }
        }

        /** Texts of the system and of a JSON library are free. */
        private static void compare(JsonNode expected, JsonNode actual) {
            String error = expected.path("error").asString("");
            if (error.matches("(dial|write|json:|unexpected end).*")) {
                assertFalse(actual.get("success").asBoolean());
                assertFalse(actual.get("error").asString().isEmpty());
            } else {
                assertEquals(expected, actual);
            }
        }

        private UnixStream channel(String name) {
            return channels.computeIfAbsent(name, n -> {
                Descriptor listener = listeners.get(n);
                return listener == null ? Peers.connect(proxy) : Peers.accept(listener);
            });
        }

        private static byte[] octets(JsonNode step) {
            return HexFormat.of().parseHex(step.get("hex").asString());
        }

        @Override
        public void close() throws IOException {
            proxy.close();
            channels.values().forEach(UnixStream::close);
            listeners.values().forEach(Descriptor::close);
            for (String name : listeners.keySet()) {
                Files.delete(Path.of(name));
            }
        }
    }
}
