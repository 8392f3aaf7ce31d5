package io.polywire.gate.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polywire.codec.Payloads;
import io.polywire.gate.program.ExampleModule;
import io.polywire.gate.program.Guest;
import io.polywire.gate.program.GuestListener;
import io.polywire.gate.program.Launch;
import io.polywire.gate.program.ProgramLimits;
import io.polywire.gate.program.Programs;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.router.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs of {@code examples/gate}, written in C, and whether they are what their sources say. */
@Timeout(60)
class ExamplesTest {
    private static final Identity GATE = new Identity("gate", "trusted", "internal", "gate", Map.of());

    private RealmFixture fixture;
    private Programs programs;

    @BeforeEach
    void open() {
        fixture = new RealmFixture();
        WampService wamp = new WampService(
                fixture.realm(), p -> new Identity(String.valueOf(p), "anonymous", "ed25519", "gate", Map.of()));
        programs = new Programs(ProgramLimits.DEFAULT, List.of(wamp), 1);
    }

    @AfterEach
    void close() {
        programs.close();
        fixture.close();
    }

    private static List<?> args(Message m) {
        return m instanceof Message.Event e
                ? Payloads.args(e.payload())
                : Payloads.args(((Message.Result) m).payload());
    }

    private static String error(Message m) {
        Message.ErrorMessage e = (Message.ErrorMessage) m;
        return e.error() + " " + Payloads.args(e.payload());
    }

    private Guest launch(RealmFixture.Other other, String topic) throws Exception {
        other.receive(new Message.Subscribe(1, Dict.EMPTY, topic));
        other.next(Message.Subscribed.class);
        return programs.launch(
                ExampleModule.program("guest"), new Launch("main", false, false, "someone", "", GuestListener.NONE));
    }

    @Test
    void theGuestAnswersCallsPassesCallsOnAndPublishes() throws Exception {
        RealmFixture.Other other = fixture.new Other();
        launch(other, "com.example.guest.ready");
        other.next(Message.Event.class);
        assertEquals(List.of(49L), args(other.call("com.example.guest.square", 7)));
        assertEquals(List.of(9L), args(other.call("com.example.guest.square", -3)));
        assertEquals(
                "wamp.error.invalid_argument [one small whole number is expected]",
                error(other.call("com.example.guest.square", "x")));
        assertEquals(List.of("x", List.of(1L)), args(other.call("com.example.guest.echo", "x", List.of(1))));
        assertEquals(List.of(16L), args(other.call("com.example.guest.call", "com.example.guest.square", 4)));
        assertTrue(
                error(other.call("com.example.guest.call", "com.nobody")).startsWith("wamp.error.no_such_procedure "));
        assertEquals("wamp.error.invalid_argument [a URI is expected]", error(other.call("com.example.guest.publish")));
        other.receive(new Message.Call(
                9, Dict.EMPTY, "com.example.guest.publish", Payload.of("com.example.guest.ready", "again", 1)));
        Message first = other.next(Message.class);
        Message second = other.next(Message.class);
        assertEquals(List.of("again", 1L), args(first instanceof Message.Event ? first : second));
    }

    @Test
    void theGuestHearsEvents() throws Exception {
        RealmFixture.Other other = fixture.new Other();
        Guest guest = launch(other, "com.example.guest.heard");
        // It has subscribed once its procedures can be called, which were there first; that may take a moment.
        Message answer = other.call("com.example.guest.square", 1);
        while (answer instanceof Message.ErrorMessage) {
            answer = other.call("com.example.guest.square", 1);
        }
        other.call("com.example.guest.listen", "com.example.guest.other");
        other.receive(new Message.Publish(2, Dict.EMPTY, "com.example.guest.news", Payload.of("sun", List.of(1))));
        assertEquals(
                List.of("sun", List.of(1L)),
                args(other.next(Message.Event.class)).subList(1, 3));
        other.receive(new Message.Publish(2, Dict.EMPTY, "com.example.guest.other", Payload.of("stars")));
        assertEquals("stars", args(other.next(Message.Event.class)).get(1));
        // It keeps its session and its memory while it sleeps.
        guest.suspend();
        guest.whenStopped().get(20, TimeUnit.SECONDS);
        other.receive(new Message.Publish(3, Dict.EMPTY, "com.example.guest.news", Payload.of("moon")));
        guest.resume(null);
        assertEquals("moon", args(other.next(Message.Event.class)).get(1));
    }

    @Test
    void functionsAreProcedures() throws Exception {
        try (ModuleProcedures procedures = new ModuleProcedures(
                fixture.realm(),
                programs,
                GATE,
                List.of(
                        ModuleProcedure.of("com.example.sum", ExampleModule.program("procedures"), "sum"),
                        ModuleProcedure.of("com.example.echo", ExampleModule.program("procedures"), "echo"),
                        ModuleProcedure.of("com.example.count", ExampleModule.program("procedures"), "count")
                                .asResident()))) {
            procedures.ready().get(20, TimeUnit.SECONDS);
            RealmFixture.Other other = fixture.new Other();
            assertEquals(List.of(5L), args(other.call("com.example.sum", 2, 3)));
            assertEquals(List.of(-40L), args(other.call("com.example.sum", -42, 2)));
            assertEquals(List.of(0L), args(other.call("com.example.sum")));
            assertEquals(
                    "polywire.gate.error.failed [whole numbers are expected]",
                    error(other.call("com.example.sum", "two")));
            assertEquals(
                    "polywire.gate.error.failed [whole numbers are expected]",
                    error(other.call("com.example.sum", "x".repeat(70_000))));
            assertEquals(
                    List.of("a]\",\\", List.of(1L, Map.of("k", "}"))),
                    args(other.call("com.example.echo", "a]\",\\", List.of(1, Map.of("k", "}")))));
            assertEquals(List.of(1L), args(other.call("com.example.count")));
            assertEquals(List.of(2L), args(other.call("com.example.count", "x".repeat(70_000))));
            assertEquals(List.of(3L), args(other.call("com.example.count")));
        }
    }

    // ---- sources

    private static List<String> built(Path folder) throws IOException {
        return Files.readAllLines(folder.resolve("built.txt"));
    }

    @Test
    void theyWereBuiltFromTheSourcesThatAreThere() throws Exception {
        List<String> lines = built(ExampleModule.FOLDER);
        assertEquals(5, lines.size());
        for (String line : lines.subList(1, lines.size())) {
            String[] part = line.split("  ", 2);
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(Files.readAllBytes(ExampleModule.FOLDER.resolve(part[1])));
            assertEquals(
                    part[0], HexFormat.of().formatHex(digest), part[1] + " has changed: run examples/gate/build.sh");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"guest", "procedures", "tour"})
    void buildingThemAgainGivesTheSame(String name, @TempDir Path folder) throws Exception {
        String compiler = built(ExampleModule.FOLDER).getFirst();
        assumeTrue(compiler.equals(firstLine("clang", "--version")), compiler + " is not on the PATH");
        assumeTrue(!firstLine("wasm-ld", "--version").isEmpty(), "wasm-ld is not on the PATH");
        Process build = new ProcessBuilder(
                        ExampleModule.FOLDER.resolve("build.sh").toString(), folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, build.waitFor(), said);
        assertArrayEquals(ExampleModule.bytes(name), Files.readAllBytes(folder.resolve(name + ".wasm")));
        assertEquals(built(ExampleModule.FOLDER), built(folder));
    }

    /** The first line of what a program prints; empty if there is no such program. */
    private static String firstLine(String... command) throws IOException {
        try {
            Process program =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
