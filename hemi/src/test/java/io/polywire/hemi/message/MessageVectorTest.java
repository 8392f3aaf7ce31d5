package io.polywire.hemi.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.hemi.TestApi;
import io.polywire.hemi.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Messages as the original package wrote and read them. */
class MessageVectorTest {
    /** Leniencies of the original that are not copied. */
    private static final Set<String> STRICTER = Set.of("field-names-case-insensitive", "invalid-utf8");

    @TestFactory
    Stream<DynamicTest> messagesAreWrittenAsTheOriginalDoes() {
        return Vectors.of("encode").map(v -> DynamicTest.dynamicTest(Vectors.name(v), () -> encode(v)));
    }

    private static void encode(JsonNode vector) {
        if (vector.has("error")) {
            HemiException e = assertThrows(
                    HemiException.class, () -> TestApi.COMMANDS.write("1", new TestApi.BitcoinInfoRequest()));
            assertTrue(e.text().startsWith("command unknown for payload "), e.text());
            return;
        }
        String command = vector.get("command").asString();
        String id = vector.get("id").asString();
        CommandSet set = TestApi.having(command);
        byte[] payload = vector.get("payload").toString().getBytes(StandardCharsets.UTF_8);
        Record value =
                set.read(new Envelope(command, id, payload, 0, payload.length)).payload();
        assertNotNull(value);
        String wire = new String(set.write(id, value), StandardCharsets.UTF_8);
        assertTrue(wire.endsWith("}\n"));
        String expected = vector.get("wire").asString();
        if (vector.get("name").asString().equals("nil-slice-by-pointer")) {
            expected = expected.replace("\"items\":null", "\"items\":[]"); // as it is to be sent
        }
        assertEquals(Vectors.json(expected), Vectors.json(wire));
    }

    @TestFactory
    Stream<DynamicTest> messagesAreReadAsTheOriginalDoes() {
        return Vectors.of("decode")
                .filter(v -> !v.path("error_kind").asString("").equals("too-big")) // the connection's limit
                .map(v -> DynamicTest.dynamicTest(Vectors.name(v), () -> decode(v)));
    }

    private static Received read(byte[] wire) {
        Envelope envelope = Envelopes.read(wire, 0, wire.length);
        return TestApi.having(envelope.command()).read(envelope);
    }

    private static void decode(JsonNode vector) {
        byte[] wire = Vectors.wire(vector);
        String name = vector.get("name").asString();
        if (!vector.get("ok").asBoolean()) {
            Class<? extends HemiException> expected =
                    vector.get("error_kind").asString().equals("malformed")
                            ? MalformedMessageException.class
                            : InvalidCommandException.class;
            assertThrows(expected, () -> read(wire));
            return;
        }
        if (name.equals("field-names-case-insensitive")) {
            assertThrows(InvalidCommandException.class, () -> read(wire));
            return;
        }
        if (STRICTER.contains(name)) {
            return; // not UTF-8: the connection is closed before
        }
        Received message = read(wire);
        assertEquals(vector.get("command").asString(), message.command());
        assertEquals(vector.get("id").asString(), message.id());
        Record payload = message.payload();
        if (vector.get("payload").isNull()) {
            assertNull(payload);
            return;
        }
        assertNotNull(payload);
        if (vector.has("wire_repeat")) {
            int count = vector.get("payload").get("text").get("count").asInt();
            assertEquals("z".repeat(count), ((TestApi.EchoRequest) payload).text());
            return;
        }
        byte[] again = TestApi.having(message.command()).write("", payload);
        assertEquals(
                vector.get("payload"),
                Vectors.json(new String(again, StandardCharsets.UTF_8)).get("payload"));
    }

    @TestFactory
    Stream<DynamicTest> errorsHaveTheTextOfTheOriginal() {
        return Vectors.of("error-text")
                .map(v -> DynamicTest.dynamicTest(Vectors.name(v), () -> {
                    JsonNode e = v.get("error");
                    ProtocolError error = new ProtocolError(
                            e.get("timestamp").asLong(),
                            e.path("trace").asString(""),
                            e.get("message").asString());
                    assertEquals(v.get("text").asString(), error.toString());
                }));
    }
}
