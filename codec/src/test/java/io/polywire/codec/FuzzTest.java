package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Whatever the octets are, they are a message or a {@link ProtocolViolation}, never another exception. */
class FuzzTest {
    private static final ObjectMapper JACKSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();

    @Property(tries = 20_000)
    void randomOctetsAreMessagesOrViolations(@ForAll byte[] octets) {
        for (Serialization serialization : Serialization.values()) {
            decodedOrRefused(serialization, octets);
        }
    }

    /** Begins like a message, so that the octets get further than the first check. */
    @Property(tries = 20_000)
    void randomElementsAreMessagesOrViolations(@ForAll byte[] octets) {
        decodedOrRefused(Serialization.MSGPACK, concat(Samples.hex("95 30 01 80 A1 61"), octets));
        decodedOrRefused(Serialization.MSGPACK, concat(Samples.hex("93 31 01"), octets));
        decodedOrRefused(Serialization.CBOR, concat(Samples.hex("9F 18 30 01 A0 61 61"), octets));
        decodedOrRefused(Serialization.CBOR, concat(Samples.hex("83 18 31 01"), octets));
    }

    @Property(tries = 10_000)
    void alteredMessagesAreMessagesOrViolations(@ForAll long seed) {
        Random random = new Random(seed);
        for (Serialization serialization : Serialization.values()) {
            Message message = Samples.MESSAGES.get(random.nextInt(Samples.MESSAGES.size()));
            byte[] octets = Samples.encode(serialization, message);
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                octets = altered(octets, random, serialization);
            }
            decodedOrRefused(serialization, octets);
        }
    }

    /** Jackson is as strict, but for halves of surrogate pairs and UTF-8. */
    @Property(tries = 20_000)
    void jacksonAgreesOnWhatIsJson(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] octets =
                Samples.encode(Serialization.JSON, Samples.MESSAGES.get(random.nextInt(Samples.MESSAGES.size())));
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            octets = altered(octets, random, Serialization.JSON);
        }
        Object ours;
        try {
            ours = Values.read(Serialization.JSON, octets, 0, octets.length);
        } catch (ProtocolViolation violation) {
            boolean stricter =
                    violation.text().contains("surrogate") || violation.text().contains("UTF-8");
            if (new String(octets, StandardCharsets.UTF_8).isBlank()) { // Jackson says so by a node of its own
                assertTrue(JACKSON.readTree(octets).isMissingNode(), violation::text);
            } else if (!stricter) {
                byte[] refused = octets;
                assertThrows(JacksonException.class, () -> JACKSON.readTree(refused), violation::text);
            }
            return;
        }
        JsonNode theirs = JACKSON.readTree(octets);
        if (theirs.toString().contains("Infinity")) { // 1e999, which we write as null
            return;
        }
        assertEquals(theirs, JACKSON.readTree(Values.write(Serialization.JSON, ours)));
    }

    static byte[] altered(byte[] octets, Random random, Serialization serialization) {
        int at = random.nextInt(octets.length + 1);
        int upTo = Math.min(octets.length, at + random.nextInt(4));
        byte[] inserted = new byte[random.nextInt(4)];
        random.nextBytes(inserted);
        if (serialization.text()) { // what means something in JSON
            String alphabet = "[]{},:\"\\u0eE1.-+ tfn";
            for (int i = 0; i < inserted.length; i++) {
                inserted[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
        }
        byte[] head = Arrays.copyOf(octets, at);
        return concat(concat(head, inserted), Arrays.copyOfRange(octets, upTo, octets.length));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** What can be read can be written in all serializations, and read again. */
    static void decodedOrRefused(Serialization serialization, byte[] octets) {
        Message message;
        try {
            message = Samples.decode(serialization, octets);
        } catch (ProtocolViolation expected) {
            return;
        }
        if (message.toString().indexOf(0) >= 0) {
            return; // a text that begins with U+0000 may be read from JSON as octets: that is how WAMP writes them
            // there
        }
        for (Serialization other : Serialization.values()) {
            Message there = Samples.decode(other, Samples.encode(other, message));
            for (Serialization last : Serialization.values()) {
                Samples.shown(Samples.decode(last, Samples.encode(last, there)));
            }
        }
    }
}
