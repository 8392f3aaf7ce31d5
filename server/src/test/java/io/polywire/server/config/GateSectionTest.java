package io.polywire.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.door.AccessPolicy;
import io.polywire.gate.door.GateSettings;
import io.polywire.gate.host.DirectorySource;
import io.polywire.gate.host.HttpSource;
import io.polywire.gate.host.Interrupted;
import io.polywire.gate.host.Limits;
import io.polywire.gate.program.ProgramLimits;
import io.polywire.model.Serialization;
import io.polywire.server.yaml.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateSectionTest {
    private static final String REALM = "realms: [{name: r, roles: [{name: programs}]}]\n";

    @TempDir
    private Path folder;

    @BeforeEach
    void files() throws IOException {
        Files.createDirectory(folder.resolve("modules"));
        Files.write(folder.resolve("m.wasm"), new byte[0]);
    }

    private GateConfig read(String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve("polywire.yaml"), REALM + yaml);
        return Objects.requireNonNull(ConfigFile.read(file).doors().gate());
    }

    private List<String> problems(String yaml) {
        return assertThrows(ConfigException.class, () -> read(yaml)).problems().stream()
                .map(p -> p.show("f").replaceFirst("^f:\\d+:\\d+: ", ""))
                .toList();
    }

    @Test
    void everyKeyIsRead() throws IOException {
        String yaml = """
                gate:
                  public: true
                  realm: r
                  role: programs
                  prefix: /api
                  authority: example.com
                  interrupted: kill
                  save_interval: 2m
                  upload_memory: 128 MiB
                  patience: 2s
                  threads: 3
                  program_limits: {module: 1 MiB, code: 2 MiB, memory: 3 MiB, stack: 4 KiB, table: 5}
                  limits:
                    modules: 1
                    instances: 2
                    running: 3
                    storage: 4 KiB
                    memory: 5 KiB
                    cpu_per_minute: 6s
                    requests_per_second: 7
                  sources:
                    - name: local
                      folder: modules
                    - name: web
                      urls: [https://host/a/, "https://host/b.wasm"]
                      timeout: 3s
                  procedures:
                    - uri: com.call
                      module: m.wasm
                      function: f
                      encoding: cbor
                      timeout: 1s
                    - uri: com.one
                      module: m.wasm
                      resident: true
                    - uri: com.more
                      module: m.wasm
                      resident: true
                      pool: 4
                      idle: 90s
                """;
        GateConfig config = read(yaml);
        assertEquals(config, read(yaml), "what is the same needs no restart");
        GateSettings door = config.door();
        assertEquals("r programs", config.realm() + " " + config.role());
        assertEquals("https://example.com/api/gate-0/", door.audience());
        assertEquals(AccessPolicy.PUBLIC, door.policy());
        assertEquals(
                new ProgramLimits(1 << 20, 2 << 20, 3 << 20, 4 << 10, 5),
                door.host().programs());
        assertEquals(
                new Limits(1, 2, 3, 4 << 10, 5 << 10, Duration.ofSeconds(6), 7),
                door.host().limits());
        assertEquals(Interrupted.KILL, door.host().interrupted());
        assertEquals(Duration.ofMinutes(2), door.host().saveInterval());
        assertEquals(128L << 20, door.uploads());
        assertEquals(Duration.ofSeconds(2), door.patience());
        assertEquals(3, door.threads());
        assertInstanceOf(DirectorySource.class, door.sources().getFirst());
        assertInstanceOf(HttpSource.class, door.sources().getLast());
        Path module = folder.resolve("m.wasm");
        Duration usual = Duration.ofSeconds(30);
        assertEquals(
                List.of(
                        new GateConfig.Procedure(
                                "com.call", module, "f", 0, Duration.ZERO, Serialization.CBOR, Duration.ofSeconds(1)),
                        new GateConfig.Procedure("com.one", module, "", 1, Duration.ZERO, Serialization.JSON, usual),
                        new GateConfig.Procedure(
                                "com.more", module, "", 4, Duration.ofSeconds(90), Serialization.JSON, usual)),
                config.procedures());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{name: web} | either folder or urls",
                "{name: web, folder: modules, urls: 'http://host/'} | either folder or urls",
                "{name: web, urls: 'ftp://host/'} | no http or https URL",
                "{name: web, urls: 'http://host/#x'} | no key of sha384",
                "{name: web, urls: []} | no URL is allowed",
                "{name: sha384, urls: 'http://host/'} | 'sha384' is no name of a module source",
                "{name: local, folder: absent} | no folder"
            })
    void aSourceThatCannotBeIsRefusedWithTheReason(String source, String why) {
        List<String> problems = problems("gate: {public: true, sources: [" + source + "]}\n");
        assertTrue(
                problems.stream().anyMatch(p -> p.contains("gate.sources[0]") && p.contains(why)), problems::toString);
    }

    @Test
    void whoIsLetInMustBeSaidAndProceduresNeedARealm() {
        List<String> problems =
                problems("gate: {procedures: [{uri: com.x, module: m.wasm, resident: true, pool: 0, idle: 2d}]}\n");
        assertEquals(4, problems.size(), problems::toString);
        assertTrue(problems.stream().anyMatch(p -> p.contains("authorized_keys, or public: true")));
        assertTrue(problems.stream().anyMatch(p -> p.contains("realm, for the procedures")));
        assertTrue(problems.stream().anyMatch(p -> p.contains("gate.procedures[0].pool")));
        assertTrue(problems.stream().anyMatch(p -> p.contains("gate.procedures[0].idle")));
    }
}
