package io.polywire.gate.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.service.GuestLink;
import io.polywire.gate.service.GuestService;
import io.polywire.gate.service.GuestSession;
import io.polywire.wasm.module.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which modules are good programs, which functions are entries, and what snapshots look like. */
class ProgramTest {
    private static final Programs PROGRAMS = new Programs(ProgramLimits.DEFAULT, List.of(), 2);

    @AfterAll
    static void close() {
        PROGRAMS.close();
    }

    private static void refused(int code, String text, byte[] module) {
        refused(code, text, module, ProgramLimits.DEFAULT);
    }

    private static void refused(int code, String text, byte[] module, ProgramLimits limits) {
        ProgramException e = assertThrows(ProgramException.class, () -> Program.of(module, limits));
        assertEquals(code + " " + text, e.code() + " " + e.text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bad_import|import function not supported: \"env\" \"no_such_function\"",
                "bad_signature|function wasi_snapshot_preview1.proc_exit (i32) imported with wrong signature (i64)",
                "import_global|import global not supported: \"env\" \"g\"",
                "import_memory|import kind not supported: memory",
                "truncated|unexpected EOF",
                "bad_magic|malformed: magic header not detected (at offset 0)",
                "bad_version|malformed: unknown binary version (at offset 4)"
            })
    void aBadModuleIsRefusedWithItsFault(String name, String text) {
        refused(400, text, Wasm.bytes(name));
    }

    @ParameterizedTest
    @CsvSource({"bad_start_index", "type_error", "section_order"})
    void anInvalidModuleIsRefused(String name) {
        assertEquals(
                400,
                assertThrows(ProgramException.class, () -> Wasm.program(name)).code());
    }

    @Test
    void aModuleThatIsCutInTheMiddleOfASectionIsRefused() {
        byte[] whole = Wasm.bytes("hello");
        List<Integer> ends =
                new Sections(whole).all().stream().map(Sections.Section::end).toList();
        for (int n = 0; n < whole.length; n++) {
            byte[] part = Arrays.copyOf(whole, n);
            if (n != 8 && !ends.contains(n)) {
                assertThrows(ProgramException.class, () -> Program.of(part, ProgramLimits.DEFAULT), "length " + n);
            }
        }
    }

    @Test
    void limitsAreCheckedBeforeAnInstanceIsMade() {
        refused(403, "initial program memory size exceeds instance memory size limit", Wasm.bytes("big_memory"));
        byte[] hello = Wasm.bytes("hello");
        ProgramLimits d = ProgramLimits.DEFAULT;
        refused(
                403,
                "module size limit exceeded",
                hello,
                new ProgramLimits(hello.length - 1, d.code(), d.memory(), d.stack(), d.table()));
        refused(
                403,
                "program code size limit exceeded",
                hello,
                new ProgramLimits(d.module(), 100, d.memory(), d.stack(), d.table()));
        refused(
                403,
                "initial program table size exceeds instance table size limit",
                Wasm.bytes("traps"),
                new ProgramLimits(d.module(), d.code(), d.memory(), d.stack(), 3));
    }

    @Test
    void dataOutsideOfMemoryIsRefused() {
        refused(
                400,
                "data segment out of memory bounds",
                new TestModule().data(new byte[65537]).i32(0).bytes());
    }

    @Test
    void theKeyIsTheSha384InBase64url() {
        Program p = Wasm.program("nop");
        assertEquals(64, p.id().length());
        assertEquals(p.id(), Program.id(Wasm.bytes("nop")));
    }

    // ---- entry functions

    private static void noEntry(Program p, int code, String text, String function) {
        ProgramException e = assertThrows(ProgramException.class, () -> p.checkEntry(function));
        assertEquals(code + " " + text, e.code() + " " + e.text());
    }

    @Test
    void anEntryIsAnExportedFunctionWithoutParametersThatReturnsNothingOrAnI32() {
        String text = "function not exported or it cannot be used as entry function";
        Program hello = Wasm.program("hello");
        hello.checkEntry(null);
        hello.checkEntry("");
        hello.checkEntry("main");
        hello.checkEntry("_start"); // the same as none
        noEntry(hello, 404, text, "nosuch");
        noEntry(hello, 404, text, "with_param");
        noEntry(hello, 404, text, "memory");
        noEntry(Wasm.program("nop"), 404, text, "main");
        noEntry(hello, 400, "invalid function name: \"a b\"", "a b");
        noEntry(hello, 400, "invalid function name: \"" + "x".repeat(32) + "\"", "x".repeat(32));
    }

    @Test
    void theLimitsAreThoseOfTheReference() {
        assertEquals(32 << 20, ProgramLimits.DEFAULT.module());
        assertEquals(16 << 20, ProgramLimits.DEFAULT.code());
        assertEquals(512 * 65536, ProgramLimits.DEFAULT.memory());
        assertEquals(64 << 10, ProgramLimits.DEFAULT.stack());
    }

    @Test
    void theStartSectionRunsAtTheFirstStartOnly() throws Exception {
        // A start function that adds 1 to what is at address 0, and "get", which returns that minus 1.
        byte[] add = {0, 0x41, 0, 0x41, 0, 0x28, 2, 0, 0x41, 1, 0x6a, 0x36, 2, 0, 0x0b};
        byte[] get = {0, 0x41, 0, 0x28, 2, 0, 0x41, 1, 0x6b, 0x0b};
        byte[] module = new ByteWriter()
                .fixed(0x6d736100, 4)
                .fixed(1, 4)
                .section(1, new ByteWriter().bytes(new byte[] {2, 0x60, 0, 0, 0x60, 0, 1, 0x7f}))
                .section(3, new ByteWriter().bytes(new byte[] {2, 0, 1}))
                .section(5, new ByteWriter().bytes(new byte[] {1, 0, 1}))
                .section(7, new ByteWriter().u8(1).name("get").u8(0).u8(1))
                .section(8, new ByteWriter().u8(0))
                .section(
                        10,
                        new ByteWriter()
                                .u8(2)
                                .u8(add.length)
                                .bytes(add)
                                .u8(get.length)
                                .bytes(get))
                .toBytes();
        Guest g = PROGRAMS.launch(Program.of(module, ProgramLimits.DEFAULT), Launch.of("get"));
        assertEquals(new Status(State.HALTED, null, 0, ""), Wasm.end(g));
        g.resume("get");
        assertEquals(new Status(State.HALTED, null, 0, ""), Wasm.end(g));
        Program saved = Program.of(g.snapshot().join(), ProgramLimits.DEFAULT);
        assertEquals(0, Wasm.end(PROGRAMS.launch(saved, Launch.of("get"))).result());
        Guest alone = PROGRAMS.launch(Program.of(module, ProgramLimits.DEFAULT), Launch.of(""));
        assertEquals(new Status(State.HALTED, null, 0, ""), Wasm.end(alone));
        assertEquals(1, alone.memory(0, 1)[0]);
    }

    /** A service whose code is at fault. */
    private static final GuestService BROKEN = new GuestService() {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public GuestSession open(GuestLink link, @Nullable Saved saved) {
            throw new IllegalStateException("broken");
        }
    };

    @Test
    void aFaultOfTheServerKillsTheProgramAsInternal() throws Exception {
        ByteBuffer data = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, 16).putInt(4, 24).putInt(16, 17).putShort(20, (short) -1).putShort(24, (short) 1);
        data.put(26, (byte) 6).put(27, "broken".getBytes(StandardCharsets.US_ASCII));
        byte[] module = new TestModule()
                .imports("wasi_unstable", "fd_write", "iiii", true)
                .data(data.array())
                .i32(4)
                .i32(0)
                .i32(1)
                .i32(12)
                .call(0)
                .bytes();
        try (Programs programs = new Programs(ProgramLimits.DEFAULT, List.of(BROKEN), 1)) {
            Guest g = programs.launch(Program.of(module, ProgramLimits.DEFAULT), Launch.of("main"));
            Status status = Wasm.end(g);
            assertEquals(State.KILLED, status.state());
            assertEquals(Cause.INTERNAL, status.cause());
        }
    }

    @Test
    void aProgramWithAStartFunctionHasNoOtherEntry() {
        Program p = Wasm.program("start_export");
        p.checkEntry(null);
        p.checkEntry("_start");
        noEntry(p, 404, "entry function may not be specified for program with _start function", "other");
    }

    @Test
    void theExportsOfASuspendedSnapshotAreHiddenUntilItHasEnded() throws Exception {
        Guest g = PROGRAMS.create(Wasm.program("spin"), Launch.of("count"));
        g.suspend();
        assertEquals(State.SUSPENDED, Wasm.end(g).state());
        byte[] saved = g.snapshot().get(20, TimeUnit.SECONDS);
        Program p = Program.of(saved, ProgramLimits.DEFAULT);
        noEntry(p, 404, "entry function may not be specified for suspended program", "main");
        assertTrue(p.isSnapshot());
        assertTrue(p.startsSuspended());
        assertTrue(sections(saved).contains("gate.export"), sections(saved));
        Guest copy = PROGRAMS.launch(p, Launch.of(null));
        assertEquals(State.HALTED, Wasm.end(copy).state());
        copy.resume("count");
        copy.kill();
        Wasm.end(copy);
        g.close();
    }

    @Test
    void startHasNoSpecialRoleInASnapshotOfAHaltedProgram() throws Exception {
        Guest g = PROGRAMS.launch(Wasm.program("counter"), Launch.of("inc"));
        Wasm.end(g);
        Program p = Program.of(g.snapshot().join(), ProgramLimits.DEFAULT);
        p.checkEntry("inc");
        noEntry(p, 404, "function not exported or it cannot be used as entry function", "_start");
        Guest none = PROGRAMS.launch(p, Launch.of(null));
        assertEquals(Status.of(State.HALTED), Wasm.end(none), "nothing runs");
    }

    // ---- snapshots

    /** Names of custom sections and numbers of others, in order. */
    private static String sections(byte[] module) {
        StringBuilder s = new StringBuilder();
        for (Sections.Section x : new Sections(module).all()) {
            s.append(x.name().isEmpty() ? x.id() : x.name()).append(' ');
        }
        return s.toString().strip();
    }

    @Test
    void sectionsOfASnapshotStandInGatesOrder() throws Exception {
        Guest g = PROGRAMS.launch(Wasm.program("counter"), Launch.of("serve"));
        assertEquals("1 1\n", TestPeer.sends("").connect(g).text());
        g.suspend();
        Wasm.end(g);
        byte[] suspended = g.snapshot().join();
        assertEquals("1 2 3 5 gate.snapshot gate.export 10 gate.buffer polywire.stack 11", sections(suspended));
        Guest halted = PROGRAMS.launch(Wasm.program("globals"), Launch.of("inc"));
        Wasm.end(halted);
        assertEquals("1 3 6 gate.snapshot 7 10", sections(halted.snapshot().join()));
        g.kill();
        Guest trapped = PROGRAMS.launch(Wasm.program("traps"), Launch.of("unreachable"));
        Wasm.end(trapped);
        assertEquals(
                "1 3 4 5 gate.snapshot gate.export 9 10",
                sections(trapped.snapshot().join()));
    }

    @Test
    void aSnapshotOfASnapshotIsTheSame() throws Exception {
        Guest g = PROGRAMS.create(Wasm.program("spin"), Launch.of("count"));
        g.suspend();
        Wasm.end(g);
        byte[] first = g.snapshot().join();
        Guest copy = PROGRAMS.launch(
                Program.of(first, ProgramLimits.DEFAULT), new Launch(null, false, true, null, "", GuestListener.NONE));
        assertArrayEquals(first, copy.snapshot().join());
        assertEquals(g.stack().size(), copy.stack().size());
        g.close();
    }

    private static byte[] insert(byte[] module, int before, String name, byte[] content) {
        Sections s = new Sections(module);
        ByteWriter w = new ByteWriter();
        s.copyHeader(w);
        boolean done = false;
        for (Sections.Section x : s.all()) {
            if (!done && x.id() == before) {
                Sections.custom(w, name, content);
                done = true;
            }
            s.copy(w, x);
        }
        if (!done) {
            Sections.custom(w, name, content);
        }
        return w.toBytes();
    }

    private static final byte[] HALTED = {0, 0, 0, 0, 0, 0};

    @Test
    void misplacedSectionsOfSnapshotsAreRefused() {
        byte[] m = Wasm.bytes("hello");
        byte[] s = insert(m, 7, "gate.snapshot", HALTED);
        assertTrue(Program.of(s, ProgramLimits.DEFAULT).isSnapshot());
        refused(400, "multiple gate.snapshot sections in wasm module", insert(s, 7, "gate.snapshot", HALTED));
        refused(400, "gate.export section without gate.snapshot section", insert(m, 7, "gate.export", new byte[0]));
        refused(400, "gate.buffer section without gate.snapshot section", insert(m, 11, "gate.buffer", new byte[3]));
        refused(400, "gate.buffer section appears too early in wasm module", insert(s, 10, "gate.buffer", new byte[3]));
        refused(400, "gate.buffer section appears too late in wasm module", insert(s, 99, "gate.buffer", new byte[3]));
        refused(400, "gate.snapshot section appears too late in wasm module", insert(m, 10, "gate.snapshot", HALTED));
        refused(400, "gate.export section and export section in wasm module", insert(s, 7, "gate.export", new byte[0]));
        refused(
                400,
                "call stack in snapshot of a program that is not suspended",
                insert(s, 11, "polywire.stack", HALTED));
        refused(400, "call stack is missing in snapshot", insert(m, 7, "gate.snapshot", new byte[] {0, 0, 2, 0, 0, 0}));
        refused(400, "unsupported snapshot version: 1", insert(m, 7, "gate.snapshot", new byte[] {1, 0, 2, 0, 0, 0}));
        refused(400, "unexpected EOF", insert(m, 7, "gate.snapshot", new byte[] {0, 0, 0}));
    }

    @Test
    void theCallStackOfTheOriginalServerIsRefused() {
        byte[] s = insert(Wasm.bytes("hello"), 7, "gate.snapshot", new byte[] {0, 0, 2, 0, 0, 0});
        refused(
                400,
                "gate.stack section is not supported: call stack of another compiler",
                insert(s, 11, "gate.stack", new byte[16]));
    }

    @Test
    void mutatedSnapshotsAreRefusedOrRunWithoutHarm() throws Exception {
        Random random = new Random(9);
        Guest g = PROGRAMS.launch(Wasm.program("counter"), Launch.of("serve"));
        TestPeer.sends("").connect(g).text();
        g.suspend();
        Wasm.end(g);
        byte[] good = g.snapshot().join();
        int tries = Integer.getInteger("gate.fuzz", 3000);
        int accepted = 0;
        for (int i = 0; i < tries; i++) {
            byte[] bad = good.clone();
            for (int k = random.nextInt(3); k >= 0; k--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                bad = Arrays.copyOf(bad, random.nextInt(bad.length));
            }
            try {
                Guest copy = PROGRAMS.launch(Program.of(bad, ProgramLimits.DEFAULT), Launch.of(null));
                copy.kill();
                assertFalse(copy.whenStopped().get(20, TimeUnit.SECONDS).state() == State.RUNNING);
                copy.close();
                accepted++;
            } catch (ProgramException e) {
                assertTrue(e.code() == 400 || e.code() == 403 || e.code() == 404, e.text());
            }
        }
        assertTrue(accepted > 0 && accepted < tries, "accepted " + accepted + " of " + tries);
        g.close();
    }

    @Test
    void breakpointsStopAProgramAndMoveWithIt() throws Exception {
        Program p = Wasm.program("spin");
        int offset = 94; // the first instruction of the loop
        Guest stopped = PROGRAMS.create(p, Launch.of("main"));
        stopped.breakpoints(List.of(offset));
        stopped.start();
        assertEquals("BREAKPOINT", String.valueOf(Wasm.end(stopped).cause()));
        assertEquals(offset, stopped.stack().getFirst().offset());
        Program saved = Program.of(stopped.snapshot().join(), ProgramLimits.DEFAULT);
        Guest moved = PROGRAMS.launch(saved, Launch.of(null));
        assertEquals("BREAKPOINT", String.valueOf(Wasm.end(moved).cause()), "in the next round");
        assertEquals(moved.breakpoints().getFirst(), moved.stack().getFirst().offset());
        stopped.breakpoints(List.of());
        stopped.resume(null);
        stopped.suspend();
        assertEquals(Status.of(State.SUSPENDED), Wasm.end(stopped));
        stopped.close();
        moved.close();
    }
}
