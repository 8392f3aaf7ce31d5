package io.polywire.gate.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are stopped, saved, moved and resumed. */
@Timeout(120)
class SuspensionTest {
    private static final Programs PROGRAMS = new Programs(ProgramLimits.DEFAULT, List.of(), 2);
    private static final Status HALTED = Status.of(State.HALTED);

    @AfterAll
    static void close() {
        PROGRAMS.close();
    }

    /** A program that is busy for some hundred milliseconds at least. */
    private static Guest busy() throws Exception {
        Guest g = PROGRAMS.launch(Program.of(TestModule.busy(200_000_000), ProgramLimits.DEFAULT), Launch.of("main"));
        while (g.cpuNanos() == 0) {
            Thread.onSpinWait();
        }
        return g;
    }

    private static Guest launch(String program, String function) {
        return PROGRAMS.launch(Wasm.program(program), Launch.of(function));
    }

    private static byte[] snapshot(Guest g) throws Exception {
        return g.snapshot().get(20, TimeUnit.SECONDS);
    }

    private static Program reload(byte[] snapshot) {
        return Program.of(snapshot, ProgramLimits.DEFAULT);
    }

    @Test
    void aSpinningProgramIsSuspendedResumedAndKilled() throws Exception {
        Guest g = launch("spin", "main");
        assertEquals(State.RUNNING, g.status().state());
        g.suspend();
        assertEquals(Status.of(State.SUSPENDED), Wasm.end(g));
        g.kill();
        assertEquals(State.SUSPENDED, g.status().state(), "a stopped one keeps its status");
        g.resume(null);
        assertEquals(State.RUNNING, g.status().state());
        g.kill();
        assertEquals(Status.of(State.KILLED), Wasm.end(g));
        g.suspend();
        assertEquals(State.KILLED, g.status().state());
    }

    @Test
    void resumingChecksTheStateFirst() throws Exception {
        Guest g = launch("spin", "main");
        assertThrows(400, "instance must be suspended or halted", () -> g.resume(null));
        g.suspend();
        Wasm.end(g);
        assertThrows(400, "function specified for suspended instance", () -> g.resume("main"));
        g.close();
        Guest halted = launch("counter", "inc");
        assertEquals(HALTED, Wasm.end(halted));
        assertThrows(400, "function must be specified when resuming halted instance", () -> halted.resume(null));
        assertThrows(
                404, "function not exported or it cannot be used as entry function", () -> halted.resume("nosuch"));
    }

    private static void assertThrows(int code, String text, Runnable action) {
        ProgramException e = org.junit.jupiter.api.Assertions.assertThrows(ProgramException.class, action::run);
        assertEquals(code + " " + text, e.code() + " " + e.text());
    }

    @Test
    void aHaltedProgramRunsFurtherFunctionsInTheSameMemory() throws Exception {
        Guest g = launch("counter", "inc");
        assertEquals(HALTED, Wasm.end(g));
        g.resume("inc");
        assertEquals(HALTED, Wasm.end(g));
        g.resume("odd");
        assertEquals(HALTED, Wasm.end(g));
        for (int i = 0; i < 3; i++) {
            g.resume("get");
            assertEquals("2 2\n", TestPeer.sends("").connect(g).text());
            assertEquals(HALTED, Wasm.end(g));
        }
    }

    @Test
    void aCallThatWasSuspendedEndsAsALaunchedOne() throws Exception {
        Guest g = PROGRAMS.create(Wasm.program("spin"), Launch.of("count").asCall());
        g.suspend();
        assertEquals(State.SUSPENDED, Wasm.end(g).state());
        g.resume(null);
        assertEquals(HALTED, Wasm.end(g));
    }

    @Test
    void aLaunchMayBeginSuspendedOrHalted() throws Exception {
        Guest start = PROGRAMS.launch(
                Wasm.program("start_export"), new Launch(null, false, true, null, "", GuestListener.NONE));
        assertEquals(Status.of(State.SUSPENDED), start.status());
        Guest copy = PROGRAMS.launch(reload(snapshot(start)), Launch.of(null));
        start.resume(null);
        Status ended = new Status(State.TERMINATED, null, 1, "");
        assertEquals(ended, Wasm.end(start));
        assertEquals(ended, Wasm.end(copy));

        Guest halted = PROGRAMS.launch(
                Wasm.program("start_section"), new Launch(null, false, true, null, "", GuestListener.NONE));
        assertEquals(HALTED, halted.status());
        Guest second = PROGRAMS.launch(reload(snapshot(halted)), Launch.of("check"));
        halted.resume("check");
        assertEquals(HALTED, Wasm.end(halted), "the start section has run first");
        assertEquals(HALTED, Wasm.end(second));
        assertThrows(
                400,
                "function cannot be specified for suspended instance",
                () -> PROGRAMS.launch(
                        Wasm.program("spin"), new Launch("main", false, true, null, "", GuestListener.NONE)));
    }

    @Test
    void aBusyProgramMovesToAnotherProcessAndFinishesThere(@TempDir Path dir) throws Exception {
        Guest g = busy();
        g.suspend();
        assertEquals(State.SUSPENDED, Wasm.end(g).state());
        Path file = dir.resolve("moved.wasm");
        Files.write(file, snapshot(g));
        Process p = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, p.waitFor());
        assertEquals("HALTED null 0\n", said.lines().reduce((a, b) -> b).orElse("") + "\n");
        g.resume(null);
        assertEquals(HALTED, Wasm.end(g), "and so does the original");
    }

    /** Runs a snapshot to its end. */
    static final class OtherProcess {
        private OtherProcess() {}

        public static void main(String[] args) throws Exception {
            try (Programs programs = new Programs(ProgramLimits.DEFAULT, List.of(), 1)) {
                Program p = Program.of(Files.readAllBytes(Path.of(args[0])), ProgramLimits.DEFAULT);
                Status s = Wasm.end(programs.launch(p, Launch.of(null)));
                System.out.println(s.state() + " " + s.cause() + " " + s.result());
            }
        }
    }

    @Test
    void aProgramThatIsSuspendedSavedAndMovedAtRandomMomentsDoesTheSame() throws Exception {
        Random random = new Random(5);
        Guest g = busy();
        int moves = 0;
        while (g.status().state() == State.RUNNING && moves < 25) {
            TimeUnit.MICROSECONDS.sleep(random.nextInt(3000));
            g.suspend();
            if (Wasm.end(g).state() != State.SUSPENDED) {
                break;
            }
            moves++;
            if (random.nextBoolean()) {
                g.resume(null);
            } else {
                Guest next = PROGRAMS.launch(reload(snapshot(g)), Launch.of(null));
                g.close();
                g = next;
            }
        }
        assertEquals(HALTED, Wasm.end(g));
        assertTrue(moves > 1, "moves: " + moves);
    }

    @Test
    void aWaitingProgramKeepsItsPendingAcceptWhenItIsMoved() throws Exception {
        Guest g = launch("counter", "serve");
        assertEquals("1 1\n", TestPeer.sends("").connect(g).text());
        assertEquals("2 2\n", TestPeer.sends("").connect(g).text());
        for (int i = 3; i < 8; i++) {
            g.suspend();
            assertEquals(State.SUSPENDED, Wasm.end(g).state());
            byte[] saved = snapshot(g);
            if (i % 2 == 0) {
                g.close();
                g = PROGRAMS.launch(reload(saved), Launch.of(null));
            } else {
                g.resume(null);
            }
            assertEquals(i + " " + i + "\n", TestPeer.sends("").connect(g).text());
        }
        g.close();
    }

    @Test
    void anOpenStreamEndsWhenTheProgramIsSuspendedAndTheProgramSeesItsEnd() throws Exception {
        Guest g = launch("echo", "serve");
        TestPeer peer = TestPeer.open("half a mess").connect(g);
        while (peer.soFar().length < 11) {
            Thread.onSpinWait();
        }
        g.suspend();
        assertEquals("half a mess", peer.text());
        Guest copy = PROGRAMS.launch(reload(snapshot(g)), Launch.of(null));
        g.resume(null);
        assertEquals("one", TestPeer.sends("one").connect(g).text());
        assertEquals("two", TestPeer.sends("two").connect(copy).text());
        g.close();
        copy.close();
    }

    @Test
    void aSnapshotOfARunningProgramDisturbsNeitherItNorItsClients() throws Exception {
        List<State> states = Collections.synchronizedList(new ArrayList<>());
        Guest g =
                PROGRAMS.launch(Wasm.program("echo"), Launch.of("serve").listener((guest, s) -> states.add(s.state())));
        byte[] input = new byte[3 << 20];
        new Random(7).nextBytes(input);
        TestPeer peer = TestPeer.open("").connect(g);
        for (int i = 0; i < 30; i++) {
            byte[] part = Arrays.copyOfRange(input, i * (input.length / 30), (i + 1) * (input.length / 30));
            peer.send(part, i == 29);
            byte[] saved = snapshot(g);
            if (i % 10 == 0) {
                Guest copy = PROGRAMS.launch(reload(saved), Launch.of(null));
                assertEquals("copy", TestPeer.sends("copy").connect(copy).text());
                copy.close();
            }
        }
        assertArrayEquals(Arrays.copyOf(input, input.length / 30 * 30), peer.bytes());
        assertEquals(State.RUNNING, g.status().state());
        assertEquals(List.of(), states);
        Guest spin = launch("spin", "main");
        for (int i = 0; i < 20; i++) {
            assertTrue(reload(snapshot(spin)).startsSuspended());
        }
        spin.close();
        g.close();
    }

    @Test
    void endsOfEveryKindAreKeptInSnapshots() throws Exception {
        Guest killed = launch("spin", "main");
        killed.kill();
        Wasm.end(killed);
        check(killed, true);
        check(launch("traps", "div_zero"), true);
        check(launch("exit", "exit1"), true);
        check(launch("exit", "bad_code"), true);
        check(launch("exit", "ret1"), false);
        Guest deficient = launch("exit", "deficient");
        Wasm.end(deficient);
        Guest copy = PROGRAMS.launch(reload(snapshot(deficient)), Launch.of(null));
        assertEquals(new Status(State.SUSPENDED, Cause.ABI_DEFICIENCY, 0, ""), Wasm.end(copy), "the call is repeated");
        Guest deep = launch("traps", "stack_overflow");
        Wasm.end(deep);
        Guest again = PROGRAMS.launch(reload(snapshot(deep)), Launch.of(null));
        assertEquals(new Status(State.SUSPENDED, Cause.CALL_STACK_EXHAUSTED, 0, ""), Wasm.end(again));
        deep.resume(null);
        assertEquals(Cause.CALL_STACK_EXHAUSTED, Wasm.end(deep).cause());
    }

    private static void check(Guest g, boolean isFinal) throws Exception {
        Status s = Wasm.end(g);
        Program p = reload(snapshot(g));
        Guest copy = PROGRAMS.launch(p, new Launch(null, false, true, null, "", GuestListener.NONE));
        assertEquals(new Status(s.state(), s.cause(), s.result(), ""), copy.status());
        assertEquals(isFinal, p.finalStatus() != null);
        if (isFinal) {
            assertThrows(400, "instance must be suspended or halted", () -> copy.resume(null));
            assertThrows(404, "entry function may not be specified for suspended program", () -> p.checkEntry("main"));
            assertEquals(copy.status(), PROGRAMS.launch(p, Launch.of(null)).status());
        }
    }

    @Test
    void globalsOfAllTypesAreKept() throws Exception {
        Guest g = launch("globals", "inc");
        assertEquals(HALTED, Wasm.end(g));
        g.resume("inc");
        Wasm.end(g);
        Guest copy = PROGRAMS.launch(reload(snapshot(g)), Launch.of("check"));
        assertEquals(Wasm.end(copy), again(g));
        assertArrayEquals(g.globals(), copy.globals());
    }

    private static Status again(Guest g) throws Exception {
        g.resume("check");
        return Wasm.end(g);
    }

    @Test
    void aClosedGuestIsGone() throws Exception {
        Guest g = launch("spin", "main");
        g.close();
        assertEquals(State.KILLED, Wasm.end(g).state());
        assertEquals(0, g.memoryBytes());
        assertTrue(g.snapshot().isCompletedExceptionally());
        assertFalse(TestPeer.sends("").connect(g).isConnected());
    }
}
