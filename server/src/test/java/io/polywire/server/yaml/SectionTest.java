package io.polywire.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SectionTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path folder;

    private <T> T read(String yaml, Function<Section, T> reader) {
        return YamlReader.read(folder.resolve("f"), yaml, Map.of("PORT", "81", "KEY", "s3cret")::get, reader);
    }

    /** What is wrong with a file. */
    private List<String> problems(String yaml, Consumer<Section> reader) {
        ConfigException e = assertThrows(
                ConfigException.class,
                () -> read(yaml, section -> {
                    reader.accept(section);
                    return "";
                }));
        return e.problems().stream().map(p -> p.show("f")).toList();
    }

    @Test
    void sizesTakeBinaryUnits() {
        assertEquals(
                List.of(65536L, 512L * 1024, 16L << 20),
                read("""
                        a: 65536
                        b: 512 KiB
                        c: 16MiB
                        """, s -> List.of(size(s, "a"), size(s, "b"), size(s, "c"))));
    }

    private static long size(Section s, String key) {
        return s.size(key, 1, 1L << 30, 0, "");
    }

    @Test
    void durationsNeedAUnit() {
        AtomicReference<List<Duration>> read = new AtomicReference<>();
        assertEquals(
                List.of("f:3:4: c: is 30, expected a time such as 500ms, 30s, 5m, 1h or 7d, from 0s to 1d"),
                problems("""
                        a: 500ms
                        b: 30s
                        c: 30
                        """, s -> read.set(List.of(time(s, "a"), time(s, "b"), time(s, "c")))));
        assertEquals(List.of(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(7)), read.get());
    }

    private static Duration time(Section s, String key) {
        return s.duration(key, Duration.ZERO, DAY, Duration.ofSeconds(7), "");
    }

    private static int port(Section s) {
        return s.number("port", 0, 65535, 0, "");
    }

    @Test
    void aProblemNamesPlacePathValueAndExpectation() {
        assertEquals(
                List.of("f:4:13: outer.list[1].port: is 99999, expected a number from 0 to 65535"),
                problems("""
                        outer:
                          list:
                            - port: 80
                            - port: 99999
                        """, s -> s.section("outer", "", outer -> outer.sections("list", "", SectionTest::port))));
    }

    @Test
    void allProblemsAreCollected() {
        assertEquals(
                List.of(
                        "f:1:7: flag: is 'perhaps', expected true or false",
                        "f:2:9: number: is 'many', expected a number from 1 to 9",
                        "f:3:7: list: is 7, expected a list",
                        "f:4:1: unknown: is not a key here, expected flag, number, list"),
                problems("""
                        flag: perhaps
                        number: many
                        list: 7
                        unknown: 1
                        """, s -> {
                    s.flag("flag", false, "");
                    s.number("number", 1, 9, 1, "");
                    s.sections("list", "", SectionTest::port);
                }));
    }

    @Test
    void aKeyMayNotStandTwice() {
        assertEquals(List.of("f:3:1: a: stands here again, after line 1"), problems("""
                        a: 1
                        b: 2
                        a: 3
                        """, s -> {
            s.text("a", "");
            s.text("b", "");
        }));
    }

    @Test
    void anEmptyFileHasNoKeys() {
        assertEquals(false, read("# nothing\n", s -> s.has("a")));
    }

    @Test
    void textThatIsNoYamlIsNamedWithItsPlace() {
        assertTrue(problems("a: [1,\nb: }", s -> {}).getFirst().startsWith("f:2:"));
    }

    @Test
    void variablesOfTheEnvironmentAreReplaced() {
        assertEquals(
                "81 web none ${PORT}",
                read(
                        """
                        port: ${PORT}
                        text: ${NONE:-web}
                        empty: none${NONE:-}
                        escaped: $${PORT}
                        """,
                        s -> port(s) + " " + s.text("text", "") + " " + s.text("empty", "") + " "
                                + s.text("escaped", "")));
    }

    @Test
    void aVariableThatIsNotThereIsNamed() {
        assertEquals(
                List.of("f:1:4: a: names the variable NONE, which the environment does not have"),
                problems("a: ${NONE}\n", s -> s.text("a", "")));
    }

    private static String secret(Section s) {
        String secret = s.secret("key", text -> text.startsWith("hash:"), "");
        return secret == null ? "none" : secret;
    }

    @Test
    void secretsComeFromFilesAndVariablesOrAreHashes() throws Exception {
        Files.writeString(folder.resolve("key"), "from a file\n");
        assertEquals("from a file", read("key: file:key\n", SectionTest::secret));
        assertEquals("s3cret", read("key: ${KEY}\n", SectionTest::secret));
        assertEquals("hash:1", read("key: hash:1\n", SectionTest::secret));
    }

    @Test
    void secretsAreNeverShown() {
        assertEquals(
                List.of(
                        "f:1:6: key: is a secret, expected file:PATH, a variable of the environment such as ${NAME}, or a"
                                + " hash: it must not stand here"),
                problems("key: s3cret\n", SectionTest::secret));
        String shown = problems("port: ${KEY}\n", SectionTest::port).getFirst();
        assertEquals("f:1:7: port: is '${KEY}', expected a number from 0 to 65535", shown);
    }

    @Test
    void oneValueNeedsNoList() {
        Function<Section, List<String>> reader = s -> s.several("a", "text", text -> text, "");
        assertEquals(List.of("x"), read("a: x\n", reader));
        assertEquals(List.of("x", "y"), read("a: [x, y]\n", reader));
    }

    @Test
    void aReaderDescribesItself() {
        Schema schema = Section.describe(s -> {
            s.text("name", "who it is");
            s.require("name");
            s.size("limit", 1, 1 << 20, 4096, "how much");
            s.sections("list", "more", SectionTest::port);
        });
        assertEquals(
                List.of("name", "limit", "list", "list[].port"),
                List.copyOf(schema.all().keySet()));
        assertTrue(schema.keys().getFirst().required());
        assertEquals("4 KiB", schema.keys().get(1).otherwise());
        assertEquals(List.of("name"), schema.json().get("required"));
    }
}
