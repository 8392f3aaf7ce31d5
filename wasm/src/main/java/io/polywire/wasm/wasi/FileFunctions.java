package io.polywire.wasm.wasi;

import io.polywire.wasm.HostCall;
import io.polywire.wasm.Memory;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.wasi.Descriptor.File;
import io.polywire.wasm.wasi.Descriptor.Folder;
import io.polywire.wasm.wasi.Errno.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The WASI functions on descriptors and paths. */
final class FileFunctions {
    /** Body of a function; returns an error number. */
    interface Body {
        int call(HostCall c) throws IOException;
    }

    /** Takes the definitions; parameters are letters, l for i64 and i for i32. */
    interface Definer {
        void define(String name, String params, Body body);
    }

    private static final int DEVICE = 2;
    private static final int DIRECTORY = 3;
    private static final int REGULAR = 4;
    private static final int LINK = 7;
    private static final long RIGHT_READ = 1 << 1;
    private static final long RIGHT_WRITE = 1 << 6;
    private static final int APPEND = 1;

    private final FileTable files;

    FileFunctions(FileTable files, Definer d) {
        this.files = files;
        d.define("fd_write", "iiii", c -> files.write(c, -1, 3));
        d.define("fd_pread", "iiili", c -> files.read(c, position(c), 4));
        d.define("fd_pwrite", "iiili", c -> files.write(c, position(c), 4));
        d.define("fd_close", "i", c -> files.close(c.i32(0)));
        d.define("fd_renumber", "ii", c -> files.renumber(c.i32(0), c.i32(1)));
        d.define("fd_seek", "ilii", this::seek);
        d.define(
                "fd_tell",
                "ii",
                c -> position(c, 1, files.file(c.i32(0)).channel().position()));
        d.define("fd_sync", "i", this::sync);
        d.define("fd_datasync", "i", this::sync);
        d.define("fd_advise", "illi", c -> exists(c));
        d.define("fd_allocate", "ill", c -> Errno.NOTSUP);
        d.define("fd_fdstat_get", "ii", this::stat);
        d.define("fd_fdstat_set_flags", "ii", c -> exists(c));
        d.define("fd_fdstat_set_rights", "ill", c -> exists(c));
        d.define("fd_filestat_get", "ii", this::fileStat);
        d.define("fd_filestat_set_size", "il", this::setSize);
        d.define("fd_filestat_set_times", "illi", c -> setTimes(path(c.i32(0)), c.i64(1), c.i64(2), c.i32(3)));
        d.define("fd_prestat_get", "ii", this::prestat);
        d.define("fd_prestat_dir_name", "iii", this::prestatName);
        d.define("fd_readdir", "iiili", this::readDir);
        d.define("path_open", "iiiiillii", this::open);
        d.define("path_filestat_get", "iiiii", this::pathStat);
        d.define(
                "path_filestat_set_times",
                "iiiilli",
                c -> setTimes(
                        files.resolve(c, files.folder(c.i32(0)), c.i32(2), c.i32(3), (c.i32(1) & 1) != 0),
                        c.i64(4),
                        c.i64(5),
                        c.i32(6)));
        d.define("path_create_directory", "iii", c -> {
            Files.createDirectory(resolve(c, 0, 1));
            return Errno.SUCCESS;
        });
        d.define("path_remove_directory", "iii", c -> remove(resolve(c, 0, 1), true));
        d.define("path_unlink_file", "iii", c -> remove(resolve(c, 0, 1), false));
        d.define("path_rename", "iiiiii", c -> {
            Files.move(resolve(c, 0, 1), resolve(c, 3, 4), StandardCopyOption.REPLACE_EXISTING);
            return Errno.SUCCESS;
        });
        d.define("path_link", "iiiiiii", c -> {
            Files.createLink(resolve(c, 4, 5), resolve(c, 0, 2));
            return Errno.SUCCESS;
        });
        d.define("path_symlink", "iiiii", this::symlink);
        d.define("path_readlink", "iiiiii", this::readLink);
    }

    private static long position(HostCall c) {
        if (c.i64(3) < 0) {
            throw new Failure(Errno.INVAL);
        }
        return c.i64(3);
    }

    private int exists(HostCall c) {
        files.get(c.i32(0));
        return Errno.SUCCESS;
    }

    private Path resolve(HostCall c, int fd, int path) throws IOException {
        return files.resolve(c, files.folder(c.i32(fd)), c.i32(path), c.i32(path + 1), false);
    }

    private Path path(int fd) {
        return switch (files.get(fd)) {
            case File f -> f.path();
            case Folder f -> f.path();
            default -> throw new Failure(Errno.INVAL);
        };
    }

    private static int position(HostCall c, int target, long position) {
        c.memory().i64(c.i32(target), position);
        return Errno.SUCCESS;
    }

    private int seek(HostCall c) throws IOException {
        File f = files.file(c.i32(0));
        long from = switch (c.i32(2)) {
            case 0 -> 0;
            case 1 -> f.channel().position();
            case 2 -> f.channel().size();
            default -> throw new Failure(Errno.INVAL);
        };
        long to = from + c.i64(1);
        if (to < 0) {
            throw new Failure(Errno.INVAL);
        }
        f.channel().position(to);
        return position(c, 3, to);
    }

    private int sync(HostCall c) throws IOException {
        if (files.get(c.i32(0)) instanceof File f) {
            f.channel().force(true);
        }
        return Errno.SUCCESS;
    }

    private int stat(HostCall c) {
        Descriptor d = files.get(c.i32(0));
        Memory m = c.memory();
        int at = c.i32(1);
        m.i64(at, 0);
        m.i8(at, d instanceof File ? REGULAR : d instanceof Folder ? DIRECTORY : DEVICE);
        m.i16(at + 2, d instanceof File f && f.append() ? APPEND : 0);
        long rights = switch (d) {
            case Descriptor.In in -> RIGHT_READ;
            case Descriptor.Out out -> RIGHT_WRITE;
            default -> (1L << 30) - 1;
        };
        m.i64(at + 8, rights);
        m.i64(at + 16, (1L << 30) - 1);
        return Errno.SUCCESS;
    }

    private int fileStat(HostCall c) throws IOException {
        if (files.get(c.i32(0)) instanceof Descriptor.In || files.get(c.i32(0)) instanceof Descriptor.Out) {
            return attributes(c.memory(), c.i32(1), null);
        }
        return attributes(c.memory(), c.i32(1), Files.readAttributes(path(c.i32(0)), BasicFileAttributes.class));
    }

    private int pathStat(HostCall c) throws IOException {
        boolean follow = (c.i32(1) & 1) != 0;
        Path p = files.resolve(c, files.folder(c.i32(0)), c.i32(2), c.i32(3), follow);
        return attributes(
                c.memory(), c.i32(4), Files.readAttributes(p, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    }

    private static int attributes(Memory m, int at, @Nullable BasicFileAttributes a) {
        Object key = a == null ? null : a.fileKey();
        m.i64(at, 1);
        m.i64(at + 8, key == null ? 0 : key.hashCode());
        m.i64(at + 16, a == null ? DEVICE : type(a));
        m.i64(at + 24, 1);
        m.i64(at + 32, a == null ? 0 : a.size());
        m.i64(at + 40, a == null ? 0 : a.lastAccessTime().to(TimeUnit.NANOSECONDS));
        m.i64(at + 48, a == null ? 0 : a.lastModifiedTime().to(TimeUnit.NANOSECONDS));
        m.i64(at + 56, a == null ? 0 : a.creationTime().to(TimeUnit.NANOSECONDS));
        return Errno.SUCCESS;
    }

    private static int type(BasicFileAttributes a) {
        return a.isDirectory() ? DIRECTORY : a.isSymbolicLink() ? LINK : a.isRegularFile() ? REGULAR : 0;
    }

    private int setSize(HostCall c) throws IOException {
        File f = files.file(c.i32(0));
        if (!f.write() || c.i64(1) < 0) {
            throw new Failure(Errno.INVAL);
        }
        if (c.i64(1) < f.channel().size()) {
            f.channel().truncate(c.i64(1));
        } else if (c.i64(1) > f.channel().size()) {
            f.channel().write(ByteBuffer.allocate(1), c.i64(1) - 1);
        }
        return Errno.SUCCESS;
    }

    private static int setTimes(Path p, long access, long modified, int flags) throws IOException {
        FileTime now = FileTime.fromMillis(System.currentTimeMillis());
        FileTime a = (flags & 2) != 0 ? now : (flags & 1) != 0 ? FileTime.from(access, TimeUnit.NANOSECONDS) : null;
        FileTime m = (flags & 8) != 0 ? now : (flags & 4) != 0 ? FileTime.from(modified, TimeUnit.NANOSECONDS) : null;
        BasicFileAttributeView view = Files.getFileAttributeView(p, BasicFileAttributeView.class);
        view.setTimes(m, a, null);
        return Errno.SUCCESS;
    }

    private int prestat(HostCall c) {
        Folder f = preopened(c.i32(0));
        c.memory().i32(c.i32(1), 0);
        c.memory().i32(c.i32(1) + 4, files.grantName(f).getBytes(StandardCharsets.UTF_8).length);
        return Errno.SUCCESS;
    }

    private int prestatName(HostCall c) {
        byte[] name = files.grantName(preopened(c.i32(0))).getBytes(StandardCharsets.UTF_8);
        if (c.i32(2) < name.length) {
            return Errno.INVAL;
        }
        c.memory().write(c.i32(1), name, 0, name.length);
        return Errno.SUCCESS;
    }

    private Folder preopened(int fd) {
        if (files.find(fd) instanceof Folder f && f.preopened()) {
            return f;
        }
        throw new Failure(Errno.BADF);
    }

    /** Entries of 24 bytes and the name; the cookie is the entry's number in the sorted list. */
    private int readDir(HostCall c) throws IOException {
        Folder f = files.folder(c.i32(0));
        List<Path> entries = new ArrayList<>(List.of(Path.of("."), Path.of("..")));
        try (Stream<Path> all = Files.list(f.path())) {
            all.map(p -> p.getFileName()).sorted().forEach(entries::add);
        }
        ByteWriter w = new ByteWriter();
        int room = c.i32(2);
        for (long i = Math.max(0, c.i64(3)); i < entries.size() && Integer.compareUnsigned(w.size(), room) < 0; i++) {
            Path name = entries.get((int) i);
            byte[] b = name.toString().getBytes(StandardCharsets.UTF_8);
            Path p = f.path().resolve(name);
            int type = Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)
                    ? DIRECTORY
                    : Files.isSymbolicLink(p) ? LINK : REGULAR;
            w.fixed(i + 1, 8).fixed(0, 8).fixed(b.length, 4).fixed(type, 4).bytes(b);
        }
        byte[] all = w.toBytes();
        int used = Integer.compareUnsigned(all.length, room) < 0 ? all.length : room;
        c.memory().write(c.i32(1), all, 0, used);
        c.memory().i32(c.i32(4), used);
        return Errno.SUCCESS;
    }

    private int open(HostCall c) throws IOException {
        Folder folder = files.folder(c.i32(0));
        boolean follow = (c.i32(1) & 1) != 0;
        Path p = files.resolve(c, folder, c.i32(2), c.i32(3), follow);
        int oflags = c.i32(4);
        boolean write = (c.i64(5) & RIGHT_WRITE) != 0 || (oflags & 9) != 0;
        boolean read = (c.i64(5) & RIGHT_READ) != 0 || !write;
        boolean isFolder = Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS);
        if ((oflags & 2) != 0 && !isFolder) {
            throw new Failure(Files.exists(p) ? Errno.NOTDIR : Errno.NOENT);
        }
        if (!follow && Files.isSymbolicLink(p)) {
            throw new Failure(Errno.LOOP);
        }
        Descriptor d;
        if (isFolder) {
            if (write && (oflags & 2) == 0) {
                throw new Failure(Errno.ISDIR);
            }
            d = new Folder(folder.root(), p, folder.grant(), false);
        } else {
            d = files.open(p, folder, read, write, (c.i32(7) & APPEND) != 0, oflags);
        }
        c.memory().i32(c.i32(8), files.add(d));
        return Errno.SUCCESS;
    }

    private static int remove(Path p, boolean folder) throws IOException {
        boolean is = Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS);
        if (is != folder) {
            throw new Failure(is ? Errno.ISDIR : Files.exists(p) ? Errno.NOTDIR : Errno.NOENT);
        }
        Files.delete(p);
        return Errno.SUCCESS;
    }

    private int symlink(HostCall c) throws IOException {
        String target = new String(c.memory().read(c.i32(0), c.i32(1)), StandardCharsets.UTF_8);
        Folder folder = files.folder(c.i32(2));
        Path link = files.resolve(c, folder, c.i32(3), c.i32(4), false);
        if (target.startsWith("/") || !link.resolveSibling(target).normalize().startsWith(folder.root())) {
            throw new Failure(Errno.NOTCAPABLE);
        }
        Files.createSymbolicLink(link, Path.of(target));
        return Errno.SUCCESS;
    }

    private int readLink(HostCall c) throws IOException {
        Path p = resolve(c, 0, 1);
        if (!Files.isSymbolicLink(p)) {
            throw new Failure(Errno.INVAL);
        }
        byte[] target = Files.readSymbolicLink(p).toString().getBytes(StandardCharsets.UTF_8);
        int n = Math.min(target.length, c.i32(4));
        c.memory().write(c.i32(3), target, 0, n);
        c.memory().i32(c.i32(5), n);
        return Errno.SUCCESS;
    }
}
