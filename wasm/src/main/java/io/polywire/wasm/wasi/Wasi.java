package io.polywire.wasm.wasi;

import io.polywire.wasm.Exit;
import io.polywire.wasm.HostCall;
import io.polywire.wasm.Imports;
import io.polywire.wasm.Memory;
import io.polywire.wasm.Trap;
import io.polywire.wasm.Values;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.ModuleException;
import io.polywire.wasm.module.ValType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The WASI environment of one program. Its functions run on the program's thread; waiting for input or for a time holds
 * no thread. {@link #save} keeps what a snapshot needs: open files by their path and position, and input that was read
 * ahead.
 */
public final class Wasi {
    /** Module name of the imports. */
    public static final String MODULE = "wasi_snapshot_preview1";

    /** Name of the custom section that holds {@link #save}'s bytes in snapshots. */
    public static final String SECTION = "polywire.wasi";

    private static final int VERSION = 1;

    /**
     * What a program is given.
     *
     * @param args arguments, the program's name first
     * @param env environment, as NAME=VALUE
     * @param dirs folders by the names under which the program sees them
     */
    public record Config(
            List<String> args,
            List<String> env,
            Map<String, Path> dirs,
            InputStream in,
            OutputStream out,
            OutputStream err) {}

    private final Config config;
    private final Map<String, Definition> functions = new LinkedHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final long started = System.nanoTime();
    private final long monotonicBase;
    private final Stdin stdin;
    final FileTable files;
    private long pollUntil;
    private boolean polling;

    private record Definition(String params, FileFunctions.Body function) {}

    /** An environment for a program that begins. */
    public Wasi(Config config) {
        this(config, null);
    }

    /**
     * An environment for a program that goes on.
     *
     * @param saved what {@link #save} returned, null for a new program
     * @throws IllegalArgumentException if that is damaged
     * @throws UncheckedIOException if a folder or a file that was open is not there
     */
    public Wasi(Config config, byte @Nullable [] saved) {
        this.config = config;
        try {
            ByteReader in = saved == null ? null : new ByteReader(saved, 0, saved.length);
            if (in == null) {
                stdin = new Stdin(config.in(), new byte[0]);
                monotonicBase = 0;
                files = new FileTable(config, stdin);
            } else {
                if (in.u32() != VERSION) {
                    throw new IllegalArgumentException("WASI state of another version");
                }
                monotonicBase = in.fixed64();
                byte[] ahead = new byte[in.length()];
                for (int i = 0; i < ahead.length; i++) {
                    ahead[i] = (byte) in.u8();
                }
                stdin = new Stdin(config.in(), ahead);
                files = new FileTable(config, stdin);
                files.restore(in);
            }
        } catch (ModuleException.Malformed e) {
            throw new IllegalArgumentException("damaged WASI state: " + e.reason(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        define();
        new FileFunctions(files, this::define);
    }

    /** State for a snapshot; while the program is stopped. */
    public byte[] save() {
        ByteWriter w = new ByteWriter().u32(VERSION).fixed(monotonic(), 8);
        byte[] ahead = stdin.ahead();
        w.u32(ahead.length).bytes(ahead);
        try {
            files.save(w);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return w.toBytes();
    }

    /** The program's arguments. */
    public List<String> args() {
        return config.args();
    }

    /** Closes open files. */
    public void close() {
        files.close();
    }

    /** Defines all functions. */
    public void addTo(Imports imports) {
        functions.forEach((name, d) -> {
            List<ValType> params = new ArrayList<>();
            d.params.chars().forEach(c -> params.add(c == 'l' ? ValType.I64 : ValType.I32));
            boolean returns = !name.equals("proc_exit");
            FuncType type = new FuncType(params, returns ? List.of(ValType.I32) : List.of());
            for (String module : List.of(MODULE, "wasi_unstable")) {
                imports.func(module, name, type, c -> returns ? Values.ofI(run(d.function, c)) : exit(c));
            }
        });
    }

    private static Values exit(HostCall c) {
        throw new Exit(c.i32(0));
    }

    private static int run(FileFunctions.Body f, HostCall c) {
        try {
            return f.call(c);
        } catch (Errno.Failure e) {
            return e.errno();
        } catch (IOException e) {
            return Errno.of(e);
        } catch (IndexOutOfBoundsException | Trap e) {
            return Errno.FAULT;
        }
    }

    private void define(String name, String params, FileFunctions.Body f) {
        functions.put(name, new Definition(params, f));
    }

    private void define() {
        define("args_sizes_get", "ii", c -> sizes(c, config.args()));
        define("args_get", "ii", c -> strings(c, config.args()));
        define("environ_sizes_get", "ii", c -> sizes(c, config.env()));
        define("environ_get", "ii", c -> strings(c, config.env()));
        define("clock_res_get", "ii", c -> clock(c, 1, 1_000));
        define("clock_time_get", "ili", this::time);
        define("random_get", "ii", this::random);
        define("sched_yield", "", c -> Errno.SUCCESS);
        define("proc_exit", "i", c -> Errno.SUCCESS);
        define("proc_raise", "i", c -> Errno.NOTSUP);
        define("poll_oneoff", "iiii", this::poll);
        define("fd_read", "iiii", this::read);
        define("sock_accept", "iii", c -> Errno.NOTSOCK);
        define("sock_recv", "iiiiii", c -> Errno.NOTSOCK);
        define("sock_send", "iiiii", c -> Errno.NOTSOCK);
        define("sock_shutdown", "ii", c -> Errno.NOTSOCK);
    }

    private static int sizes(HostCall c, List<String> all) {
        int total = 0;
        for (String s : all) {
            total += s.getBytes(StandardCharsets.UTF_8).length + 1;
        }
        c.memory().i32(c.i32(0), all.size());
        c.memory().i32(c.i32(1), total);
        return Errno.SUCCESS;
    }

    private static int strings(HostCall c, List<String> all) {
        int pointer = c.i32(0);
        int at = c.i32(1);
        for (String s : all) {
            byte[] b = s.getBytes(StandardCharsets.UTF_8);
            c.memory().i32(pointer, at);
            c.memory().write(at, b, 0, b.length);
            c.memory().i8(at + b.length, 0);
            pointer += 4;
            at += b.length + 1;
        }
        return Errno.SUCCESS;
    }

    private static int clock(HostCall c, int target, long value) {
        if (c.i32(0) < 0 || c.i32(0) > 3) {
            return Errno.INVAL;
        }
        c.memory().i64(c.i32(target), value);
        return Errno.SUCCESS;
    }

    private long monotonic() {
        return monotonicBase + System.nanoTime() - started;
    }

    private int time(HostCall c) {
        return clock(c, 2, now(c.i32(0)));
    }

    private long now(int clock) {
        if (clock == 0) {
            Instant now = Instant.now();
            return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        }
        return monotonic();
    }

    private int random(HostCall c) {
        int length = c.i32(1);
        if (length < 0) {
            return Errno.FAULT;
        }
        byte[] b = new byte[Math.min(length, 65536)];
        for (int done = 0; done < length; done += b.length) {
            random.nextBytes(b);
            c.memory().write(c.i32(0) + done, b, 0, Math.min(b.length, length - done));
        }
        return Errno.SUCCESS;
    }

    private int read(HostCall c) throws IOException {
        if (!(files.get(c.i32(0)) instanceof Descriptor.In in)) {
            return files.read(c, -1, 3);
        }
        int available = in.stdin().available();
        if (available == 0) {
            throw c.waitFor(in.stdin().more());
        }
        Memory m = c.memory();
        int total = 0;
        for (int i = 0; i < c.i32(2) && available > 0; i++) {
            int length = m.i32(c.i32(1) + 8 * i + 4);
            byte[] b = in.stdin().take(Math.min(length, available));
            m.write(m.i32(c.i32(1) + 8 * i), b, 0, b.length);
            total += b.length;
            available -= b.length;
        }
        m.i32(c.i32(3), total);
        return Errno.SUCCESS;
    }

    /** Waits for the first of some events: subscriptions of 48 bytes, events of 32. */
    private int poll(HostCall c) {
        int n = c.i32(2);
        if (n <= 0) {
            return Errno.INVAL;
        }
        Memory m = c.memory();
        long earliest = Long.MAX_VALUE;
        boolean stdinWanted = false;
        int events = 0;
        for (int i = 0; i < n; i++) {
            int at = c.i32(0) + 48 * i;
            int type = m.i8(at + 8);
            if (type == 0) {
                earliest = Math.min(earliest, due(m, at));
            } else if (type == 1 && files.find(m.i32(at + 16)) instanceof Descriptor.In in) {
                stdinWanted |= in.stdin().available() == 0;
                events += in.stdin().available() == 0 ? 0 : event(c, events, at, type, 0);
            } else {
                events += event(c, events, at, type, files.find(m.i32(at + 16)) == null ? Errno.BADF : 0);
            }
        }
        if (!polling) {
            polling = true;
            pollUntil = earliest;
        }
        if (events == 0 && monotonic() < pollUntil) {
            throw c.waitFor(waitUntil(pollUntil, stdinWanted));
        }
        boolean late = monotonic() >= pollUntil;
        polling = false;
        for (int i = 0; i < n; i++) {
            int at = c.i32(0) + 48 * i;
            if (m.i8(at + 8) == 0 && late && (due(m, at) <= pollUntil || events == 0)) {
                events += event(c, events, at, 0, 0);
            }
        }
        m.i32(c.i32(3), events);
        return Errno.SUCCESS;
    }

    /** When a clock subscription is due, in monotonic time. */
    private long due(Memory m, int at) {
        long timeout = m.i64(at + 24);
        boolean absolute = (m.i8(at + 40) & 1) != 0;
        long left = absolute ? timeout - now(m.i32(at + 16)) : timeout;
        long due = monotonic() + left;
        return left > 0 && due < 0 ? Long.MAX_VALUE : due;
    }

    private static int event(HostCall c, int index, int subscription, int type, int errno) {
        Memory m = c.memory();
        int at = c.i32(1) + 32 * index;
        m.i64(at, m.i64(subscription));
        m.i16(at + 8, errno);
        m.i8(at + 10, type);
        m.i64(at + 16, 1);
        m.i64(at + 24, 0);
        return 1;
    }

    private CompletableFuture<?> waitUntil(long due, boolean orInput) {
        CompletableFuture<Void> timeout = new CompletableFuture<>();
        if (due < Long.MAX_VALUE) {
            timeout.completeOnTimeout(null, due - monotonic(), TimeUnit.NANOSECONDS);
        }
        return orInput ? CompletableFuture.anyOf(timeout, stdin.more()) : timeout;
    }
}
