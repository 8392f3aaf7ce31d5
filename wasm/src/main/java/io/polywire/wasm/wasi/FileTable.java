package io.polywire.wasm.wasi;

import io.polywire.wasm.HostCall;
import io.polywire.wasm.Memory;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.wasi.Descriptor.File;
import io.polywire.wasm.wasi.Descriptor.Folder;
import io.polywire.wasm.wasi.Errno.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The program's file descriptors. Paths are resolved below granted folders only: each path is normalized, and what
 * exists of it must, links followed, still be below.
 */
final class FileTable {
    /** Most descriptors that a program may have open. */
    private static final int MAX_OPEN = 1024;

    private final TreeMap<Integer, Descriptor> open = new TreeMap<>();
    private final List<String> grantNames = new ArrayList<>();
    private final List<Path> grants = new ArrayList<>();

    FileTable(Wasi.Config config, Stdin stdin) throws IOException {
        open.put(0, new Descriptor.In(stdin));
        open.put(1, new Descriptor.Out(config.out()));
        open.put(2, new Descriptor.Out(config.err()));
        for (Map.Entry<String, Path> e : config.dirs().entrySet()) {
            Path real = e.getValue().toRealPath();
            open.put(3 + grants.size(), new Folder(real, real, grants.size(), true));
            grantNames.add(e.getKey());
            grants.add(real);
        }
    }

    @Nullable
    Descriptor find(int fd) {
        return open.get(fd);
    }

    Descriptor get(int fd) {
        Descriptor d = open.get(fd);
        if (d == null) {
            throw new Failure(Errno.BADF);
        }
        return d;
    }

    File file(int fd) {
        return switch (get(fd)) {
            case File f -> f;
            case Folder f -> throw new Failure(Errno.ISDIR);
            default -> throw new Failure(Errno.SPIPE);
        };
    }

    Folder folder(int fd) {
        if (get(fd) instanceof Folder f) {
            return f;
        }
        throw new Failure(Errno.NOTDIR);
    }

    String grantName(Folder f) {
        return grantNames.get(f.grant());
    }

    int add(Descriptor d) {
        if (open.size() >= MAX_OPEN) {
            throw new Failure(33);
        }
        int fd = 3;
        while (open.containsKey(fd)) {
            fd++;
        }
        open.put(fd, d);
        return fd;
    }

    int close(int fd) throws IOException {
        Descriptor d = get(fd);
        open.remove(fd);
        if (d instanceof File f) {
            f.channel().close();
        }
        return Errno.SUCCESS;
    }

    int renumber(int from, int to) throws IOException {
        Descriptor d = get(from);
        get(to);
        if (from != to) {
            close(to);
            open.remove(from);
            open.put(to, d);
        }
        return Errno.SUCCESS;
    }

    void close() {
        for (int fd : new ArrayList<>(open.keySet())) {
            try {
                close(fd);
            } catch (IOException e) {
                // nothing is left to be done with it
            }
        }
    }

    /** The path that a program means, below its folder's grant; links are followed if wanted, and not out of it. */
    Path resolve(HostCall c, Folder folder, int pointer, int length, boolean follow) throws IOException {
        String s = new String(c.memory().read(pointer, length), StandardCharsets.UTF_8);
        return resolve(folder, s, follow);
    }

    static Path resolve(Folder folder, String s, boolean follow) throws IOException {
        if (s.startsWith("/") || s.indexOf('\0') >= 0) {
            throw new Failure(Errno.NOTCAPABLE);
        }
        Path p;
        try {
            p = folder.path().resolve(s).normalize();
        } catch (InvalidPathException e) {
            throw new Failure(Errno.INVAL);
        }
        Path parent = p.getParent();
        if (!p.startsWith(folder.root()) || parent == null) {
            throw new Failure(Errno.NOTCAPABLE);
        }
        if (!p.equals(folder.root())) {
            Path realParent = parent.toRealPath();
            if (!realParent.startsWith(folder.root())) {
                throw new Failure(Errno.NOTCAPABLE);
            }
            Path name = p.getFileName();
            p = name == null ? realParent : realParent.resolve(name);
        }
        if (follow && Files.isSymbolicLink(p)) {
            Path target = p.toRealPath();
            if (!target.startsWith(folder.root())) {
                throw new Failure(Errno.NOTCAPABLE);
            }
            return target;
        }
        return p;
    }

    /** Opens a file; the path has been checked, and a link put in its place meanwhile is not followed. */
    File open(Path path, Folder folder, boolean read, boolean write, boolean append, int oflags) throws IOException {
        Set<OpenOption> options = new HashSet<>();
        options.add(LinkOption.NOFOLLOW_LINKS);
        if (read) {
            options.add(StandardOpenOption.READ);
        }
        if (write) {
            options.add(StandardOpenOption.WRITE);
        }
        if (write && (oflags & 1) != 0) {
            options.add((oflags & 4) != 0 ? StandardOpenOption.CREATE_NEW : StandardOpenOption.CREATE);
        }
        if (write && (oflags & 8) != 0) {
            options.add(StandardOpenOption.TRUNCATE_EXISTING);
        }
        FileChannel channel = FileChannel.open(path, options);
        String relative = grants.get(folder.grant()).relativize(path).toString();
        return new File(channel, path, folder.grant(), relative, read, write, append);
    }

    /** Reads into the program's buffers; from a position if it is not negative. */
    int read(HostCall c, long position, int result) throws IOException {
        File f = file(c.i32(0));
        if (!f.read()) {
            throw new Failure(Errno.BADF);
        }
        Memory m = c.memory();
        int total = 0;
        for (int i = 0; i < c.i32(2); i++) {
            int at = m.i32(c.i32(1) + 8 * i);
            int length = m.i32(c.i32(1) + 8 * i + 4);
            ByteBuffer buffer = window(m, at, length);
            int n = position < 0 ? f.channel().read(buffer) : f.channel().read(buffer, position + total);
            total += Math.max(n, 0);
            if (n < length) {
                break;
            }
        }
        m.i32(c.i32(result), total);
        return Errno.SUCCESS;
    }

    int write(HostCall c, long position, int result) throws IOException {
        Memory m = c.memory();
        int total = 0;
        Descriptor d = get(c.i32(0));
        for (int i = 0; i < c.i32(2); i++) {
            int at = m.i32(c.i32(1) + 8 * i);
            int length = m.i32(c.i32(1) + 8 * i + 4);
            total += write(d, window(m, at, length), position < 0 ? position : position + total);
        }
        if (d instanceof Descriptor.Out out) {
            out.out().flush();
        }
        m.i32(c.i32(result), total);
        return Errno.SUCCESS;
    }

    private static int write(Descriptor d, ByteBuffer bytes, long position) throws IOException {
        int n = bytes.remaining();
        if (d instanceof Descriptor.Out(OutputStream out) && position < 0) {
            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), n);
        } else if (d instanceof File f && f.write()) {
            if (f.append() && position < 0) {
                f.channel().position(f.channel().size());
            }
            while (bytes.hasRemaining()) {
                int done = n - bytes.remaining();
                int _ = position < 0 ? f.channel().write(bytes) : f.channel().write(bytes, position + done);
            }
        } else {
            throw new Failure(d instanceof Descriptor.Out ? Errno.SPIPE : Errno.BADF);
        }
        return n;
    }

    private static ByteBuffer window(Memory m, int at, int length) {
        if (Integer.toUnsignedLong(at) + Integer.toUnsignedLong(length) > m.bytes.length) {
            throw new Failure(Errno.FAULT);
        }
        return ByteBuffer.wrap(m.bytes, at, length);
    }

    /** Writes which files and folders are open. */
    void save(ByteWriter w) throws IOException {
        List<Map.Entry<Integer, Descriptor>> all = open.entrySet().stream()
                .filter(e -> e.getValue() instanceof File || e.getValue() instanceof Folder)
                .toList();
        w.u32(all.size());
        for (Map.Entry<Integer, Descriptor> e : all) {
            w.u32(e.getKey());
            if (e.getValue() instanceof File f) {
                int flags = (f.read() ? 1 : 0) | (f.write() ? 2 : 0) | (f.append() ? 4 : 0);
                w.u8(0).u32(f.grant()).name(f.relative()).u8(flags);
                w.s64(f.channel().position());
            } else if (e.getValue() instanceof Folder f) {
                w.u8(f.preopened() ? 2 : 1).u32(f.grant());
                w.name(grants.get(f.grant()).relativize(f.path()).toString());
            }
        }
    }

    /** Opens them again. */
    void restore(ByteReader in) throws IOException {
        open.keySet().removeIf(fd -> fd > 2);
        for (int n = in.count(4); n > 0; n--) {
            int fd = in.u32();
            int kind = in.u8();
            int grant = in.u32();
            String relative = in.name();
            if (Integer.compareUnsigned(grant, grants.size()) >= 0) {
                throw new IOException("the program needs " + (grant + 1) + " granted folders");
            }
            Path root = grants.get(grant);
            Folder top = new Folder(root, root, grant, kind == 2);
            try {
                Path path = relative.isEmpty() ? root : resolve(top, relative, true);
                if (kind != 0) {
                    open.put(fd, new Folder(root, path, grant, kind == 2));
                    continue;
                }
                int flags = in.u8();
                File f = open(path, top, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, 0);
                f.channel().position(Math.max(0, in.s64()));
                open.put(fd, f);
            } catch (Failure e) {
                throw new IOException("cannot open " + relative + " again", e);
            }
        }
    }
}
