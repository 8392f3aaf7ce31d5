package io.polywire.hemi.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.hemi.TestApi;
import io.polywire.hemi.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is JSON here is JSON to others. */
class JsonReaderTest {
    private static final JsonMapper OTHER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int ROUNDS = Integer.getInteger("polywire.fuzz", 20_000);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "[}",
                "{]",
                "{,}",
                "[,]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "[1,]",
                "[1 2]",
                "{a:1}",
                "{\"a\":1 \"b\":2}",
                "{\"a\" 1}",
                "01",
                "-",
                "-a",
                "1.",
                ".5",
                "1e",
                "1e+",
                "+1",
                "0x1",
                "NaN",
                "Infinity",
                "tru",
                "truee",
                "nul",
                "nulll",
                "\"",
                "\"\\\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\t\"",
                "\"\u0001\"",
                "{}{}",
                "{} x",
                "// c\n{}",
                "/**/{}",
                "'a'",
                "\uFEFF{}",
                "\u00A0{}",
                "{}\u0000",
                "{\"a\":[1,{\"b\":}]}"
            })
    void whatIsNoJsonIsRefused(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        assertThrows(MalformedMessageException.class, () -> skipped(octets));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                " {} ",
                "[]",
                "[[],{}]",
                "-0",
                "0",
                "10",
                "1.5e-3",
                "1E5",
                "\"\"",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"",
                "\"ä€\uD83D\uDE00\"",
                "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":[true,false]}",
                "\t\r\n 1 \t\r\n",
                "\"\u007f\""
            })
    void whatIsJsonIsPassed(String text) {
        skipped(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {10_000, 10_001})
    void nestingHasALimit(int depth) {
        byte[] octets = ("[".repeat(depth) + "]".repeat(depth)).getBytes(StandardCharsets.UTF_8);
        if (depth > JsonReader.DEEPEST) {
            assertThrows(MalformedMessageException.class, () -> skipped(octets));
        } else {
            skipped(octets);
        }
    }

    @Test
    void octetsThatAreNotUtf8AreRefused() {
        for (byte[] text : List.of(
                new byte[] {'"', (byte) 0x80, '"'}, // a continuation alone
                new byte[] {'"', (byte) 0xC0, (byte) 0xAF, '"'}, // too long for what it is
                new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'}, // half of a surrogate pair
                new byte[] {'"', (byte) 0xE2, (byte) 0x82, '"'})) { // cut off
            assertThrows(MalformedMessageException.class, () -> skipped(text));
        }
    }

    /** Recorded messages with octets changed, taken out and put in: both readers agree on what is JSON and on the values. */
    @Test
    void anotherReaderSeesTheSame() {
        List<byte[]> seeds = new ArrayList<>();
        Vectors.of("decode").filter(v -> v.has("wire")).forEach(v -> seeds.add(Vectors.wire(v)));
        seeds.add("{\"a\":[1,-2.5e3,\"x\\u00e9\\ud83d\\ude00\",{\"b\":null,\"c\":[true,false]}],\"d\":\"\\\\\"}"
                .getBytes(StandardCharsets.UTF_8));
        Random random = new Random(6);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] octets = changed(seeds.get(random.nextInt(seeds.size())), random);
            JsonNode other = other(octets);
            Object mine = mine(octets);
            String shown = new String(octets, StandardCharsets.ISO_8859_1);
            assertEquals(other == null, mine == null, shown);
            if (other != null && mine instanceof String text) {
                assertEquals(JsonText.wellFormed(other.asString()), text, shown);
            }
        }
    }

    private static byte[] changed(byte[] seed, Random random) {
        byte[] octets = seed.clone();
        String likely = "{}[]\",:\\u0e-1.+ tfn";
        for (int i = random.nextInt(3); i >= 0 && octets.length > 0; i--) {
            int at = random.nextInt(octets.length);
            byte put = random.nextInt(4) == 0
                    ? (byte) random.nextInt(256)
                    : (byte) likely.charAt(random.nextInt(likely.length()));
            switch (random.nextInt(3)) {
                case 0 -> octets[at] = put;
                case 1 -> {
                    byte[] shorter = new byte[octets.length - 1];
                    System.arraycopy(octets, 0, shorter, 0, at);
                    System.arraycopy(octets, at + 1, shorter, at, shorter.length - at);
                    octets = shorter;
                }
                default -> {
                    byte[] longer = new byte[octets.length + 1];
                    System.arraycopy(octets, 0, longer, 0, at);
                    longer[at] = put;
                    System.arraycopy(octets, at, longer, at + 1, octets.length - at);
                    octets = longer;
                }
            }
        }
        return octets;
    }

    /** Null if it is no JSON; of octets that the other would take for UTF-16 or UTF-32, or after a mark, it is not asked. */
    private static @Nullable JsonNode other(byte[] octets) {
        for (int i = 0; i < Math.min(4, octets.length); i++) {
            if (octets[i] == 0) {
                return null;
            }
        }
        if (octets.length == 0 || octets[0] < 0 || !utf8(octets)) {
            return null;
        }
        try {
            JsonNode node = OTHER.readTree(octets);
            return node.isMissingNode() ? null : node;
        } catch (JacksonException bad) {
            return null;
        }
    }

    private static boolean utf8(byte[] octets) {
        return java.util.Arrays.equals(
                new String(octets, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), octets);
    }

    /** Null if it is no JSON, the text of a string, else anything. */
    private static @Nullable Object mine(byte[] octets) {
        try {
            JsonReader in = new JsonReader(octets, 0, octets.length);
            JsonReader.Token token = in.next();
            Object value = token == JsonReader.Token.STRING ? in.string() : token;
            in.skip(token);
            in.finish();
            return value;
        } catch (MalformedMessageException bad) {
            return null;
        }
    }

    private static void skipped(byte[] octets) {
        JsonReader in = new JsonReader(octets, 0, octets.length);
        in.skip(in.next());
        in.finish();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "9223372036854775807",
                "-9223372036854775808",
                "999999999999999999",
                "-99999999999999999"
            })
    void integersAreExact(String digits) {
        assertEquals(Long.parseLong(digits), add(digits));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"9223372036854775808", "-9223372036854775809", "1e3", "1.0", "\"1\"", "99999999999999999999999"})
    void whatIsNoIntegerOfItsRangeIsRefused(String digits) {
        assertThrows(InvalidCommandException.class, () -> add(digits));
    }

    private static long add(String digits) {
        byte[] wire = ("{\"header\":{\"command\":\"test-add-request\"},\"payload\":{\"a\":" + digits + "}}")
                .getBytes(StandardCharsets.UTF_8);
        Record read = TestApi.COMMANDS
                .read(Envelopes.read(wire, 0, wire.length, TestApi.COMMANDS))
                .payload();
        return read instanceof TestApi.AddRequest q ? q.a() : -1;
    }
}
