package io.polywire.gate.program;

import io.polywire.gate.program.HostFunctions.Body;
import io.polywire.gate.program.HostFunctions.Definition;
import io.polywire.wasm.Exit;
import io.polywire.wasm.HostCall;
import io.polywire.wasm.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * WASI as far as Gate has it: packets through descriptor 4, a debug log behind descriptors 1 and 2, clocks, a few random
 * bytes. There are no files; functions for them answer errors. What a program cannot go on without is an ABI deficiency.
 */
final class WasiFunctions {
    /** Descriptor of the packet streams. */
    static final int GATE_FD = 4;

    private static final int OK = 0;
    private static final int EAGAIN = 6;
    private static final int EBADF = 8;
    private static final int EINVAL = 28;
    private static final int ENOENT = 44;
    private static final int ENOTSOCK = 57;
    private static final int EPERM = 63;
    private static final int ESPIPE = 70;
    private static final int ENOTCAPABLE = 76;

    private static final int FLAG_NONBLOCK = 4;
    private static final long RIGHT_READ = 0x02;
    private static final long RIGHT_WRITE = 0x40;

    private static final long CLOCK_RESOLUTION = 1_000_000_000;

    private static final byte[] ENVIRONMENT =
            "GATE_ABI_VERSION=0\0GATE_FD=4\0GATE_MAX_SEND_SIZE=65536\0\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int[] ENVIRONMENT_OFFSETS = {0, 19, 29};

    private WasiFunctions() {}

    private static void add(Map<String, Definition> to, String params, Body body, String... names) {
        for (String name : names) {
            to.put(name, Definition.of(params, true, body));
        }
    }

    /**
     * Defines all functions.
     *
     * @param filestat size of the structure of that name
     */
    static void define(Map<String, Definition> to, int filestat) {
        add(to, "iiii", WasiFunctions::write, "fd_write");
        add(to, "iiii", WasiFunctions::read, "fd_read");
        add(to, "iiii", WasiPoll::poll, "poll_oneoff");
        to.put("proc_exit", Definition.of("i", false, WasiFunctions::exit));
        add(to, "ili", WasiFunctions::clockTime, "clock_time_get");
        add(to, "ii", WasiFunctions::clockResolution, "clock_res_get");
        add(to, "ii", WasiFunctions::random, "random_get");
        add(to, "ii", (abi, c) -> sizes(c, ENVIRONMENT_OFFSETS.length, ENVIRONMENT.length), "environ_sizes_get");
        add(to, "ii", WasiFunctions::environment, "environ_get");
        add(to, "ii", (abi, c) -> sizes(c, 0, 0), "args_sizes_get");
        add(to, "ii", (abi, c) -> OK, "args_get");
        add(to, "", (abi, c) -> OK, "sched_yield");
        defineDescriptors(to, filestat);
        defineFiles(to);
        add(to, "iiiiii", WasiFunctions::socket, "sock_recv");
        add(to, "iiiii", WasiFunctions::socket, "sock_send");
        add(to, "ii", WasiFunctions::socket, "sock_shutdown");
    }

    private static void defineDescriptors(Map<String, Definition> to, int filestat) {
        add(to, "i", WasiFunctions::deficientDescriptor, "fd_close");
        add(to, "i", (abi, c) -> deficient(c), "proc_raise");
        add(to, "ii", WasiFunctions::renumber, "fd_renumber");
        add(to, "ii", WasiFunctions::status, "fd_fdstat_get");
        add(to, "ii", (abi, c) -> isOpen(c) ? EPERM : EBADF, "fd_fdstat_set_flags");
        add(to, "ill", WasiFunctions::rights, "fd_fdstat_set_rights");
        add(to, "ii", (abi, c) -> fileStatus(c, filestat), "fd_filestat_get");
    }

    private static void defineFiles(Map<String, Definition> to) {
        Body pipe = (abi, c) -> isOpen(c) ? ESPIPE : EBADF;
        add(to, "i", pipe, "fd_datasync", "fd_sync");
        add(to, "ii", pipe, "fd_tell", "fd_prestat_get");
        add(to, "iii", pipe, "fd_prestat_dir_name");
        add(to, "il", pipe, "fd_filestat_set_size");
        add(to, "ill", pipe, "fd_allocate");
        add(to, "illi", pipe, "fd_advise", "fd_filestat_set_times");
        add(to, "ilii", pipe, "fd_seek");
        add(to, "iiili", pipe, "fd_pread", "fd_pwrite", "fd_readdir");
        Body none = (abi, c) -> ENOENT;
        add(to, "iii", none, "path_create_directory", "path_remove_directory", "path_unlink_file");
        add(to, "iiiii", none, "path_filestat_get", "path_symlink");
        add(to, "iiiiii", none, "path_readlink", "path_rename");
        add(to, "iiiiiii", none, "path_link");
        add(to, "iiiilli", none, "path_filestat_set_times");
        add(to, "iiiiillii", none, "path_open");
    }

    static boolean isOpen(int fd) {
        return (fd >= 0 && fd <= 2) || fd == GATE_FD;
    }

    private static boolean isOpen(HostCall c) {
        return isOpen(c.i32(0));
    }

    private static int deficient(HostCall c) {
        throw Abi.deficiency(c);
    }

    private static int write(Abi abi, HostCall c) {
        Memory m = c.memory();
        int written;
        switch (c.i32(0)) {
            case 0 -> {
                return EPERM;
            }
            case 1, 2 -> written = abi.debug(m, c.i32(1), c.i32(2));
            case GATE_FD -> {
                written = abi.send(m, c.i32(1), c.i32(2));
                if (written == 0 && !abi.writable()) {
                    return EAGAIN;
                }
            }
            default -> {
                return EBADF;
            }
        }
        m.i32(c.i32(3), written);
        return OK;
    }

    private static int read(Abi abi, HostCall c) {
        return switch (c.i32(0)) {
            case 0 -> EPERM;
            case 1, 2 -> EINVAL;
            case GATE_FD -> {
                int n = abi.receive(c.memory(), c.i32(1), c.i32(2));
                if (n == 0) {
                    yield EAGAIN;
                }
                c.memory().i32(c.i32(3), n);
                yield OK;
            }
            default -> EBADF;
        };
    }

    private static int exit(Abi abi, HostCall c) {
        throw new Exit(c.i32(0));
    }

    private static int clockTime(Abi abi, HostCall c) {
        int id = c.i32(0);
        if (id < 0 || id > 3) {
            return EINVAL;
        }
        if (id > 1) {
            return deficient(c);
        }
        c.memory().i64(c.i32(2), abi.clock(id == 0));
        return OK;
    }

    private static int clockResolution(Abi abi, HostCall c) {
        int id = c.i32(0);
        if (id < 0 || id > 3) {
            return EINVAL;
        }
        c.memory().i64(c.i32(1), CLOCK_RESOLUTION);
        return OK;
    }

    private static int random(Abi abi, HostCall c) {
        abi.random(c, c.i32(0), c.i32(1));
        return OK;
    }

    private static int sizes(HostCall c, int count, int bytes) {
        c.memory().i32(c.i32(0), count);
        c.memory().i32(c.i32(1), bytes);
        return OK;
    }

    private static int environment(Abi abi, HostCall c) {
        int buffer = c.i32(1);
        c.memory().write(buffer, ENVIRONMENT, 0, ENVIRONMENT.length);
        for (int i = 0; i < ENVIRONMENT_OFFSETS.length; i++) {
            c.memory().i32(c.i32(0) + 4 * i, buffer + ENVIRONMENT_OFFSETS[i]);
        }
        return OK;
    }

    private static int deficientDescriptor(Abi abi, HostCall c) {
        return isOpen(c) ? deficient(c) : EBADF;
    }

    private static int renumber(Abi abi, HostCall c) {
        if (!isOpen(c) || !isOpen(c.i32(1))) {
            return EBADF;
        }
        return c.i32(0) == c.i32(1) ? OK : deficient(c);
    }

    private static long rights(int fd) {
        return switch (fd) {
            case 1, 2 -> RIGHT_WRITE;
            case GATE_FD -> RIGHT_READ | RIGHT_WRITE;
            default -> 0;
        };
    }

    /** Type at 0, flags at 2, rights at 8, inherited rights at 16; 24 bytes. */
    private static int status(Abi abi, HostCall c) {
        if (!isOpen(c)) {
            return EBADF;
        }
        int at = c.i32(1);
        Abi.checkRange(c.memory(), at, 24);
        c.memory().i64(at, c.i32(0) == GATE_FD ? FLAG_NONBLOCK << 16 : 0);
        c.memory().i64(at + 8, rights(c.i32(0)));
        c.memory().i64(at + 16, 0);
        return OK;
    }

    private static int rights(Abi abi, HostCall c) {
        if (!isOpen(c)) {
            return EBADF;
        }
        long had = rights(c.i32(0));
        if ((c.i64(1) & ~had) != 0 || c.i64(2) != 0) {
            return ENOTCAPABLE;
        }
        return c.i64(1) == had ? OK : deficient(c);
    }

    private static int fileStatus(HostCall c, int size) {
        if (!isOpen(c)) {
            return EBADF;
        }
        c.memory().write(c.i32(1), new byte[size], 0, size);
        return OK;
    }

    private static int socket(Abi abi, HostCall c) {
        return isOpen(c) ? ENOTSOCK : EBADF;
    }
}
