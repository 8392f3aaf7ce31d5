package io.polywire.gate.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.State;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The client's stream, through whole programs. */
class OriginTest {
    private static final Programs PROGRAMS = new Programs(ProgramLimits.DEFAULT, List.of(), 2);

    @AfterAll
    static void close() {
        PROGRAMS.close();
    }

    private static Guest call(String program, String function, TestPeer peer) {
        Guest g = PROGRAMS.create(Wasm.program(program), Launch.of(function).asCall());
        peer.connect(g);
        g.start();
        return g;
    }

    @Test
    void outputReachesTheClientAndTheStreamCloses() throws Exception {
        TestPeer peer = TestPeer.open("");
        Guest g = call("hello", "main", peer);
        assertTrue(peer.isConnected());
        peer.awaitInputEnd(); // the program grants nothing
        assertEquals("hello, world\n", peer.text());
        assertEquals(State.TERMINATED, Wasm.end(g).state());
    }

    @Test
    void inputComesBackWhateverItsLength() throws Exception {
        Random random = new Random(1);
        for (int n : new int[] {0, 1, 13, 1000, 4095, 4096, 4097, 65520, 65536, 1 << 20}) {
            byte[] input = new byte[n];
            random.nextBytes(input);
            TestPeer peer = TestPeer.sends(input);
            Guest g = call("echo", "main", peer);
            assertArrayEquals(input, peer.bytes(), "length " + n);
            assertEquals(State.TERMINATED, Wasm.end(g).state());
        }
    }

    @Test
    void inputMayComeInPiecesWhileTheProgramWaits() throws Exception {
        TestPeer peer = TestPeer.open("");
        Guest g = call("echo", "main", peer);
        assertTrue(peer.isConnected());
        for (int i = 0; i < 50; i++) {
            peer.send("ping".getBytes(StandardCharsets.UTF_8), i == 49);
        }
        assertEquals("ping".repeat(50), peer.text());
        assertEquals(State.TERMINATED, Wasm.end(g).state());
    }

    @Test
    void connectionsAreAcceptedInOrderOneAfterTheOther() throws Exception {
        Guest g = PROGRAMS.launch(Wasm.program("counter"), Launch.of("serve"));
        for (int i = 1; i <= 20; i++) {
            assertEquals(i + " " + i + "\n", TestPeer.sends("").connect(g).text());
        }
        g.kill();
        assertEquals(State.KILLED, Wasm.end(g).state());
    }

    @Test
    void aConnectionThatIsNotAcceptedIsRefusedWhenTheProgramStops() throws Exception {
        Guest g = PROGRAMS.launch(Wasm.program("spin"), Launch.of("idle"));
        TestPeer peer = TestPeer.sends("").connect(g);
        g.suspend();
        assertFalse(peer.isConnected());
        assertFalse(TestPeer.sends("").connect(g).isConnected());
    }

    @Test
    void aLostClientIsTheEndOfInputForTheProgram() throws Exception {
        Guest g = PROGRAMS.launch(Wasm.program("echo"), Launch.of("serve"));
        TestPeer first = TestPeer.open("abc").connect(g);
        assertTrue(first.isConnected());
        first.stream().lost();
        assertEquals("next", TestPeer.sends("next").connect(g).text());
        g.kill();
    }

    @Test
    void aClientThatGoesBeforeItIsAcceptedLeavesNothingBehind() throws Exception {
        Guest g = PROGRAMS.launch(Wasm.program("echo"), Launch.of("serve"));
        TestPeer busy = TestPeer.open("x").connect(g);
        assertTrue(busy.isConnected());
        TestPeer gone = TestPeer.open("y").connect(g);
        gone.stream().lost();
        TestPeer next = TestPeer.sends("z").connect(g);
        busy.send(new byte[0], true);
        assertEquals("x", busy.text());
        assertEquals("z", next.text());
        g.kill();
    }

    @Test
    void aProgramThatEndsClosesItsStreamsAfterItsOutput() throws Exception {
        TestPeer peer = TestPeer.open("");
        Guest g = call("counter", "get", peer);
        assertEquals("0 0\n", peer.text());
        assertEquals(State.TERMINATED, Wasm.end(g).state());
    }

    @Test
    void catalogAndDiscoveryOfThreeServices() throws Exception {
        assertEquals("1103", run("services", "states"));
        assertEquals("""
            {
            \t"services": [
            \t\t{
            \t\t\t"name": "catalog",
            \t\t\t"revision": "0"
            \t\t},
            \t\t{
            \t\t\t"name": "origin",
            \t\t\t"revision": "0"
            \t\t}
            \t]
            }
            """, run("services", "main"));
    }

    private static String run(String program, String function) throws Exception {
        TestPeer peer = TestPeer.sends("");
        call(program, function, peer);
        return peer.text();
    }
}
