package io.polywire.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.server.config.ConfigException.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SectionTest {
    private final List<Problem> problems = new ArrayList<>();

    private Section read(String yaml) {
        return Section.of(YamlReader.read("test.yaml", yaml, problems), "", problems);
    }

    private List<String> shown() {
        return problems.stream().map(p -> p.show("f")).toList();
    }

    @Test
    void sizesTakeBinaryUnits() {
        Section s = read("""
                a: 65536
                b: 512 KiB
                c: 16MiB
                """);
        assertEquals(65536, s.size("a", 1, 1L << 30, 0));
        assertEquals(512 * 1024, s.size("b", 1, 1L << 30, 0));
        assertEquals(16 << 20, s.size("c", 1, 1L << 30, 0));
        assertEquals(List.of(), problems);
    }

    @Test
    void durationsNeedAUnit() {
        Section s = read("""
                a: 500ms
                b: 30s
                c: 30
                """);
        Duration day = Duration.ofDays(1);
        assertEquals(Duration.ofMillis(500), s.duration("a", Duration.ZERO, day, Duration.ZERO));
        assertEquals(Duration.ofSeconds(30), s.duration("b", Duration.ZERO, day, Duration.ZERO));
        assertEquals(Duration.ofSeconds(7), s.duration("c", Duration.ZERO, day, Duration.ofSeconds(7)));
        assertEquals(List.of("f:3:4: c: is 30, expected a time such as 500ms, 30s, 5m or 1h, from 0s to 24h"), shown());
    }

    @Test
    void aProblemNamesPlacePathValueAndExpectation() {
        Section s = read("""
                outer:
                  list:
                    - port: 80
                    - port: 99999
                """);
        Section outer = s.section("outer");
        assertTrue(outer != null);
        for (Section item : outer.sections("list")) {
            item.number("port", 0, 65535, 0);
        }
        assertEquals(List.of("f:4:13: outer.list[1].port: is 99999, expected a number from 0 to 65535"), shown());
    }

    @Test
    void allProblemsAreCollected() {
        Section s = read("""
                flag: perhaps
                number: many
                list: 7
                unknown: 1
                """);
        s.flag("flag", false);
        s.number("number", 1, 9, 1);
        s.sections("list");
        s.end();
        assertEquals(
                List.of(
                        "f:1:7: flag: is 'perhaps', expected true or false",
                        "f:2:9: number: is 'many', expected a number from 1 to 9",
                        "f:3:7: list: is 7, expected a list",
                        "f:4:1: unknown: is not a key here, expected flag, number, list"),
                shown());
    }

    @Test
    void aKeyMayNotStandTwice() {
        read("""
                a: 1
                b: 2
                a: 3
                """);
        assertEquals(List.of("f:3:1: a: stands here again, after line 1"), shown());
    }

    @Test
    void anEmptyFileHasNoKeys() {
        read("# nothing\n").end();
        assertEquals(List.of(), problems);
    }

    @Test
    void textThatIsNoYamlIsNamedWithItsPlace() {
        ConfigException e = assertThrows(ConfigException.class, () -> read("a: [1,\nb: }"));
        assertTrue(e.toString().contains(": test.yaml:2:"), e.toString());
    }
}
