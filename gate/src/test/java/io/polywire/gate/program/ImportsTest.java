package io.polywire.gate.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What programs can import, with which type, and what it does. */
class ImportsTest {
    private static final Programs PROGRAMS = new Programs(ProgramLimits.DEFAULT, List.of(), 2);
    private static final String WASI = "wasi_snapshot_preview1";

    @AfterAll
    static void close() {
        PROGRAMS.close();
    }

    private static void refused(String text, byte[] module) {
        ProgramException e = assertThrows(ProgramException.class, () -> Program.of(module, ProgramLimits.DEFAULT));
        assertEquals("400 " + text, e.code() + " " + e.text());
    }

    private static byte[] importing(String module, String name, String params, boolean result) {
        return new TestModule().imports(module, name, params, result).i32(0).bytes();
    }

    /** Every WASI function under each of its names, with its type and with another one. */
    @ParameterizedTest(name = "{0} ({1})")
    @CsvSource({
        "fd_write,iiii",
        "fd_read,iiii",
        "poll_oneoff,iiii",
        "clock_time_get,ili",
        "clock_res_get,ii",
        "random_get,ii",
        "environ_sizes_get,ii",
        "environ_get,ii",
        "args_sizes_get,ii",
        "args_get,ii",
        "sched_yield,''",
        "fd_close,i",
        "proc_raise,i",
        "fd_renumber,ii",
        "fd_fdstat_get,ii",
        "fd_fdstat_set_flags,ii",
        "fd_fdstat_set_rights,ill",
        "fd_filestat_get,ii",
        "fd_advise,illi",
        "fd_allocate,ill",
        "fd_datasync,i",
        "fd_filestat_set_size,il",
        "fd_filestat_set_times,illi",
        "fd_pread,iiili",
        "fd_pwrite,iiili",
        "fd_readdir,iiili",
        "fd_seek,ilii",
        "fd_sync,i",
        "fd_tell,ii",
        "fd_prestat_get,ii",
        "fd_prestat_dir_name,iii",
        "path_create_directory,iii",
        "path_remove_directory,iii",
        "path_unlink_file,iii",
        "path_filestat_get,iiiii",
        "path_symlink,iiiii",
        "path_filestat_set_times,iiiilli",
        "path_link,iiiiiii",
        "path_open,iiiiillii",
        "path_readlink,iiiiii",
        "path_rename,iiiiii",
        "sock_recv,iiiiii",
        "sock_send,iiiii",
        "sock_shutdown,ii"
    })
    void aWasiFunctionHasExactlyOneType(String name, String params) {
        for (String module : List.of(WASI, "wasi_unstable")) {
            Program.of(importing(module, name, params, true), ProgramLimits.DEFAULT);
        }
        Program.of(importing("env", "__wasi_" + name, params, true), ProgramLimits.DEFAULT);
        String is = text(params);
        refused(
                "function " + WASI + "." + name + " " + is + " i32 imported with wrong signature " + is,
                importing(WASI, name, params, false));
        refused(
                "function " + WASI + "." + name + " " + is + " i32 imported with wrong signature " + text(params + "l")
                        + " i32",
                importing(WASI, name, params + "l", true));
    }

    private static String text(String params) {
        List<String> types =
                params.chars().mapToObj(c -> c == 'l' ? "i64" : "i32").toList();
        return "(" + String.join(", ", types) + ")";
    }

    @Test
    void procExitReturnsNothing() {
        refused(
                "function " + WASI + ".proc_exit (i32) imported with wrong signature (i32) i32",
                importing(WASI, "proc_exit", "i", true));
        Program.of(importing("wasi_unstable", "proc_exit", "i", false), ProgramLimits.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({"65536", "65537", "131072", "4294967295"})
    void gateFunctionsAreNamedAfterAPacketSize(String n) {
        Program.of(importing("gate", "fd_" + n, "", true), ProgramLimits.DEFAULT);
        Program.of(importing("env", "__gate_fd_" + n, "", true), ProgramLimits.DEFAULT);
        Program.of(importing("gate", "io_" + n, "iiiiiii", false), ProgramLimits.DEFAULT);
        Program.of(importing("env", "__gate_io_" + n, "iiiiiii", false), ProgramLimits.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({
        "fd_65535",
        "fd_065536",
        "fd_",
        "fd",
        "fd_x",
        "fd_-65536",
        "fd_4294967296",
        "fd_99999999999999999999",
        "fd_65536_",
        "ioo_65536",
        "''",
        "_65536"
    })
    void gateNamesWithABadNumberAreRefused(String name) {
        refused("import function not supported: \"gate\" \"" + name + "\"", importing("gate", name, "", true));
    }

    @ParameterizedTest
    @CsvSource({
        "env,fd_write",
        "env,__wasi_nothing",
        "env,__gate_nothing",
        "other,fd_write",
        "wasi_snapshot_preview1,nothing"
    })
    void anythingElseIsRefused(String module, String name) {
        refused(
                "import function not supported: \"" + module + "\" \"" + name + "\"",
                importing(module, name, "iiii", true));
    }

    @Test
    void namesAreQuotedInErrors() {
        refused(
                "import function not supported: \"e\\n\\\"v\" \"\\x01\u00e4\"",
                importing("e\n\"v", "\u0001\u00e4", "", true));
    }

    // ---- what the functions do: main returns the difference from the expected errno

    private static final int DEFICIENT = -1;

    private static void answers(int errno, String name, String params, long... args) throws Exception {
        TestModule m = new TestModule().imports(WASI, name, params, true);
        for (int i = 0; i < args.length; i++) {
            if (params.charAt(i) == 'l') {
                m.i64(args[i]);
            } else {
                m.i32((int) args[i]);
            }
        }
        m.call(0).i32(errno).op(0x6b); // i32.sub
        Guest g = PROGRAMS.launch(Program.of(m.bytes(), ProgramLimits.DEFAULT), Launch.of("main"));
        Status s = Wasm.end(g);
        Status expected = errno == DEFICIENT
                ? new Status(State.SUSPENDED, Cause.ABI_DEFICIENCY, 0, "")
                : new Status(State.HALTED, null, 0, "");
        assertEquals(expected, s, name);
        g.close();
    }

    private static final int[] DESCRIPTORS = {0, 1, 2, 4};
    private static final int[] NONE = {-1, 3, 5, 1000};

    @Test
    void functionsForFilesAnswer70ForDescriptorsThatExistAnd8ForOthers() throws Exception {
        String[][] functions = {
            {"fd_advise", "illi"}, {"fd_allocate", "ill"}, {"fd_datasync", "i"}, {"fd_filestat_set_size", "il"},
            {"fd_filestat_set_times", "illi"}, {"fd_pread", "iiili"}, {"fd_pwrite", "iiili"}, {"fd_readdir", "iiili"},
            {"fd_seek", "ilii"}, {"fd_sync", "i"}, {"fd_tell", "ii"}, {"fd_prestat_get", "ii"},
            {"fd_prestat_dir_name", "iii"}
        };
        for (String[] f : functions) {
            for (int fd : DESCRIPTORS) {
                answers(70, f[0], f[1], with(f[1], fd));
            }
            for (int fd : NONE) {
                answers(8, f[0], f[1], with(f[1], fd));
            }
        }
    }

    private static long[] with(String params, int first) {
        long[] args = new long[params.length()];
        args[0] = first;
        return args;
    }

    @Test
    void functionsForPathsAnswer44() throws Exception {
        String[][] functions = {
            {"path_create_directory", "iii"},
            {"path_remove_directory", "iii"},
            {"path_unlink_file", "iii"},
            {"path_filestat_get", "iiiii"},
            {"path_symlink", "iiiii"},
            {"path_filestat_set_times", "iiiilli"},
            {"path_link", "iiiiiii"},
            {"path_open", "iiiiillii"},
            {"path_readlink", "iiiiii"},
            {"path_rename", "iiiiii"}
        };
        for (String[] f : functions) {
            answers(44, f[0], f[1], with(f[1], 3));
        }
    }

    @Test
    void functionsForSocketsAnswer57ForDescriptorsThatExistAnd8ForOthers() throws Exception {
        for (String[] f : new String[][] {{"sock_recv", "iiiiii"}, {"sock_send", "iiiii"}, {"sock_shutdown", "ii"}}) {
            answers(57, f[0], f[1], with(f[1], 4));
            answers(8, f[0], f[1], with(f[1], 3));
        }
    }

    @Test
    void closingRenumberingAndRaisingAreDeficient() throws Exception {
        for (int fd : DESCRIPTORS) {
            answers(DEFICIENT, "fd_close", "i", fd);
            answers(0, "fd_renumber", "ii", fd, fd);
        }
        answers(DEFICIENT, "fd_renumber", "ii", 4, 1);
        answers(DEFICIENT, "proc_raise", "i", 6);
        for (int fd : NONE) {
            answers(8, "fd_close", "i", fd);
            answers(8, "fd_renumber", "ii", fd, fd);
            answers(8, "fd_renumber", "ii", 4, fd);
        }
    }

    @Test
    void clocksBesidesRealtimeAndMonotonicAreDeficientOrUnknown() throws Exception {
        answers(0, "clock_time_get", "ili", 0, 1, 8);
        answers(0, "clock_time_get", "ili", 1, 1, 8);
        answers(DEFICIENT, "clock_time_get", "ili", 2, 1, 8);
        answers(DEFICIENT, "clock_time_get", "ili", 3, 1, 8);
        answers(28, "clock_time_get", "ili", 4, 1, 8);
        answers(28, "clock_time_get", "ili", -1, 1, 8);
        for (int id = 0; id < 4; id++) {
            answers(0, "clock_res_get", "ii", id, 8);
        }
        answers(28, "clock_res_get", "ii", 4, 8);
    }

    @Test
    void sixteenRandomBytesMayBeTakenInAll() throws Exception {
        answers(0, "random_get", "ii", 0, 16);
        answers(DEFICIENT, "random_get", "ii", 0, 17);
        TestModule twice = new TestModule()
                .imports(WASI, "random_get", "ii", true)
                .i32(0)
                .i32(9)
                .call(0)
                .op(0x1a)
                .i32(0)
                .i32(8)
                .call(0);
        Guest g = PROGRAMS.launch(Program.of(twice.bytes(), ProgramLimits.DEFAULT), Launch.of("main"));
        assertEquals(Cause.ABI_DEFICIENCY, Wasm.end(g).cause());
        g.resume(null);
        assertEquals(State.HALTED, Wasm.end(g).state(), "resuming is a new start and repeats the call");
    }

    @Test
    void rightsMayBeSetAsTheyAre() throws Exception {
        answers(0, "fd_fdstat_set_rights", "ill", 4, 0x42, 0);
        answers(0, "fd_fdstat_set_rights", "ill", 1, 0x40, 0);
        answers(76, "fd_fdstat_set_rights", "ill", 4, 0x43, 0);
        answers(76, "fd_fdstat_set_rights", "ill", 4, 0x42, 1);
        answers(DEFICIENT, "fd_fdstat_set_rights", "ill", 4, 0x40, 0);
        answers(8, "fd_fdstat_set_rights", "ill", 3, 0, 0);
        answers(63, "fd_fdstat_set_flags", "ii", 4, 4);
    }

    @Test
    void descriptorsHaveTypeFlagsAndRights() throws Exception {
        assertEquals(List.of(0L, 0x40L, 0L), status(1));
        assertEquals(List.of(0L, 0x40L, 0L), status(2));
        assertEquals(List.of(4L << 16, 0x42L, 0L), status(4));
        answers(8, "fd_fdstat_get", "ii", 3, 8);
    }

    private static List<Long> status(int fd) throws Exception {
        ByteBuffer m = memoryAfter("fd_fdstat_get", "ii", fd, 8);
        return List.of(m.getLong(8), m.getLong(16), m.getLong(24));
    }

    private static ByteBuffer memoryAfter(String name, String params, long... args) throws Exception {
        TestModule m = new TestModule().imports(WASI, name, params, true);
        for (int i = 0; i < args.length; i++) {
            m.i32((int) args[i]);
        }
        m.call(0);
        Guest g = PROGRAMS.launch(Program.of(m.bytes(), ProgramLimits.DEFAULT), Launch.of("main"));
        assertEquals(new Status(State.HALTED, null, 0, ""), Wasm.end(g));
        return ByteBuffer.wrap(g.memory(0, 65536)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void theEnvironmentHasThreeStrings() throws Exception {
        ByteBuffer sizes = memoryAfter("environ_sizes_get", "ii", 8, 12);
        assertEquals(3, sizes.getInt(8));
        assertEquals(56, sizes.getInt(12));
        ByteBuffer m = memoryAfter("environ_get", "ii", 8, 100);
        assertEquals(List.of(100, 119, 129), List.of(m.getInt(8), m.getInt(12), m.getInt(16)));
        byte[] strings = new byte[54];
        m.get(100, strings);
        assertEquals(
                "GATE_ABI_VERSION=0\0GATE_FD=4\0GATE_MAX_SEND_SIZE=65536\0",
                new String(strings, StandardCharsets.US_ASCII));
        ByteBuffer args = memoryAfter("args_sizes_get", "ii", 8, 12);
        assertEquals(0, args.getLong(8));
    }

    @Test
    void pollReportsEventsForDescriptorsThatNeedNoWaiting() throws Exception {
        // A subscription of fd_write (2) to descriptor 1, and one of fd_read (1) to descriptor 3.
        ByteBuffer subscriptions = ByteBuffer.allocate(112).order(ByteOrder.LITTLE_ENDIAN);
        subscriptions.putLong(0, 11).put(8, (byte) 2).putInt(16, 1);
        subscriptions.putLong(56, 22).put(64, (byte) 1).putInt(72, 3);
        ByteBuffer m = poll(subscriptions.array(), 2, 0);
        assertEquals(2, m.getInt(1020), "events");
        assertEquals(11, m.getLong(512));
        assertEquals(0, m.getShort(520));
        assertEquals(2, m.get(522));
        assertEquals(65536, m.getLong(528));
        assertEquals(22, m.getLong(544));
        assertEquals(8, m.getShort(552));
        poll(subscriptions.put(8, (byte) 3).array(), 1, 28); // unknown type
        poll(subscriptions.array(), 0, 28);
    }

    private static ByteBuffer poll(byte[] subscriptions, int count, int errno) throws Exception {
        TestModule m = new TestModule()
                .imports(WASI, "poll_oneoff", "iiii", true)
                .data(subscriptions)
                .i32(0)
                .i32(512)
                .i32(count)
                .i32(1020)
                .call(0)
                .i32(errno)
                .op(0x6b);
        Guest g = PROGRAMS.launch(Program.of(m.bytes(), ProgramLimits.DEFAULT), Launch.of("main"));
        assertEquals(new Status(State.HALTED, null, 0, ""), Wasm.end(g));
        return ByteBuffer.wrap(g.memory(0, 65536)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void descriptors1And2AreTheDebugLog() throws Exception {
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        Guest g = PROGRAMS.launch(Wasm.program("wasi"), Launch.of("debug").listener(new GuestListener() {
            @Override
            public void status(Guest guest, Status status) {}

            @Override
            public void debug(Guest guest, byte[] text) {
                log.add(new String(text, StandardCharsets.US_ASCII));
            }
        }));
        assertEquals(0, Wasm.end(g).result());
        assertEquals(List.of("debug\n"), log);
        answers(63, "fd_write", "iiii", 0, 0, 0, 8);
        answers(8, "fd_write", "iiii", 3, 0, 0, 8);
    }

    /** Runs "main", which returns the difference from what is expected. */
    private static Guest same(TestModule m) throws Exception {
        Guest g = PROGRAMS.launch(Program.of(m.bytes(), ProgramLimits.DEFAULT), Launch.of("main"));
        assertEquals(new Status(State.HALTED, null, 0, ""), Wasm.end(g));
        return g;
    }

    private static final int DIFFERENCE = 0x6b; // i32.sub

    @ParameterizedTest
    @CsvSource({"0,63", "1,28", "2,28", "3,8", "5,8", "-1,8", "4,6"})
    void readingAnswersByDescriptor(int fd, int errno) throws Exception {
        byte[] vector = {64, 0, 0, 0, 16, 0, 0, 0};
        same(new TestModule()
                .imports(WASI, "fd_read", "iiii", true)
                .data(vector)
                .i32(fd)
                .i32(0)
                .i32(1)
                .i32(32)
                .call(0)
                .i32(errno)
                .op(DIFFERENCE));
    }

    @Test
    void writingAnswers6WhenNothingMoreIsTaken() throws Exception {
        ByteBuffer data = ByteBuffer.allocate(112).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, 64).putInt(4, 24).putInt(8, 96).putInt(12, 16);
        data.putInt(64, 18).putShort(68, (short) -1).putShort(72, (short) 1).put(74, (byte) 7);
        data.put(75, "catalog".getBytes(StandardCharsets.US_ASCII));
        data.putInt(96, 12).put(104, "json".getBytes(StandardCharsets.US_ASCII));
        same(new TestModule()
                .imports(WASI, "fd_write", "iiii", true)
                .locals(0x7f)
                .data(data.array())
                .i32(4)
                .i32(0)
                .i32(1)
                .i32(32)
                .call(0) // discovers the catalog
                .op(0x1a, 0x03, 0x40) // drop, loop: asks and asks, and reads no answer
                .i32(4)
                .i32(8)
                .i32(1)
                .i32(32)
                .call(0)
                .op(0x22, 0, 0x45, 0x0d, 0, 0x0b, 0x20, 0) // local.tee, i32.eqz, br_if, end, local.get
                .i32(6)
                .op(DIFFERENCE));
    }

    @Test
    void theStatusOfFilesIsZeros() throws Exception {
        byte[] ones = new byte[128];
        Arrays.fill(ones, (byte) 0xff);
        for (Map.Entry<String, Integer> one :
                Map.of(WASI, 64, "wasi_unstable", 56).entrySet()) {
            byte[] memory = same(new TestModule()
                            .imports(one.getKey(), "fd_filestat_get", "ii", true)
                            .data(ones)
                            .i32(1)
                            .i32(8)
                            .call(0))
                    .memory(0, 128);
            byte[] expected = ones.clone();
            Arrays.fill(expected, 8, 8 + one.getValue(), (byte) 0);
            assertArrayEquals(expected, memory, one.getKey());
        }
        answers(8, "fd_filestat_get", "ii", 3, 8);
    }

    @Test
    void yieldingAndArgumentsAreNothing() throws Exception {
        answers(0, "sched_yield", "");
        answers(0, "args_get", "ii", 8, 8);
        for (int id = 0; id < 4; id++) {
            assertEquals(
                    1_000_000_000, memoryAfter("clock_res_get", "ii", id, 8).getLong(8));
        }
    }

    @Test
    void waitingForAClockIsDeficient() throws Exception {
        TestModule m = new TestModule().imports(WASI, "poll_oneoff", "iiii", true);
        m.data(new byte[56]).i32(0).i32(512).i32(1).i32(1020).call(0);
        Guest g = PROGRAMS.launch(Program.of(m.bytes(), ProgramLimits.DEFAULT), Launch.of("main"));
        assertEquals(new Status(State.SUSPENDED, Cause.ABI_DEFICIENCY, 0, ""), Wasm.end(g));
    }

    @Test
    void theDescriptorOfGateIs4() throws Exception {
        same(new TestModule()
                .imports("gate", "fd_65536", "", true)
                .call(0)
                .i32(4)
                .op(DIFFERENCE));
    }

    @Test
    void countsOfATransferAreStoredWhereThereIsAPointer() throws Exception {
        byte[] ones = new byte[16];
        Arrays.fill(ones, (byte) 0xff);
        for (int pointer : new int[] {0, 4}) {
            TestModule m = new TestModule().imports("gate", "io_65536", "iiiiiii", false);
            m.data(ones)
                    .i32(0)
                    .i32(0)
                    .i32(pointer)
                    .i32(0)
                    .i32(0)
                    .i32(2 * pointer)
                    .i32(0);
            byte[] memory = same(m.call(0).i32(0)).memory(0, 16);
            byte[] expected = ones.clone();
            Arrays.fill(expected, pointer, 3 * pointer, (byte) 0);
            assertArrayEquals(expected, memory);
        }
    }

    @Test
    void pointersOutsideOfMemoryAreTheProgramsFault() throws Exception {
        String[][] calls = {{"random_get", "ii"}, {"environ_get", "ii"}, {"fd_fdstat_get", "ii"}, {"fd_read", "iiii"}};
        for (String[] c : calls) {
            TestModule m = new TestModule().imports(WASI, c[0], c[1], true);
            m.i32(c[0].startsWith("fd") ? 4 : -8);
            for (int i = 1; i < c[1].length(); i++) {
                m.i32(c[0].equals("random_get") ? 16 : -4);
            }
            m.call(0);
            Guest g = PROGRAMS.launch(Program.of(m.bytes(), ProgramLimits.DEFAULT), Launch.of("main"));
            assertEquals(Cause.MEMORY_ACCESS_OUT_OF_BOUNDS, Wasm.end(g).cause(), c[0]);
        }
    }

    @Test
    void theMonotonicClockGoesOnInSnapshots() throws Exception {
        Guest g = PROGRAMS.launch(Wasm.program("spin"), Launch.of("main"));
        while (g.cpuNanos() < 30_000_000) {
            Thread.onSpinWait();
        }
        g.suspend();
        Wasm.end(g);
        Program saved = Program.of(g.snapshot().join(), ProgramLimits.DEFAULT);
        SavedState state = saved.saved();
        assertTrue(state != null && state.monotonic() >= 30_000_000, String.valueOf(state));
    }
}
