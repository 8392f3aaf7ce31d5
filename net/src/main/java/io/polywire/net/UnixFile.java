package io.polywire.net;

import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening UNIX socket. It is bound under a temporary name and renamed when its mode is set, so nobody can
 * connect with a wrong mode, and a stale file is replaced in one step.
 */
final class UnixFile {
    /** Longest path of a UNIX socket on Linux. */
    private static final int LONGEST_PATH = 107;

    private final Path path;
    private final Path temporary;
    private final Set<PosixFilePermission> mode;
    private @Nullable Object key;

    private UnixFile(Path path, Path temporary, Set<PosixFilePermission> mode) {
        this.path = path;
        this.temporary = temporary;
        this.mode = mode;
    }

    /**
     * Checks that the path is free, or is a socket on which nobody listens.
     *
     * @throws NetException if it is not
     */
    static UnixFile claim(Path path, String fileMode) {
        Path absolute = path.toAbsolutePath();
        Path temporary = absolute.resolveSibling("." + ProcessHandle.current().pid() + "~" + absolute.getFileName());
        if (temporary.toString().length() > LONGEST_PATH) {
            throw new NetException("cannot listen on unix:" + path + ": the path is too long for a UNIX socket");
        }
        Set<PosixFilePermission> mode;
        try {
            mode = PosixFilePermissions.fromString(fileMode);
        } catch (IllegalArgumentException e) {
            throw new NetException("'" + fileMode + "' is no file mode like rw-rw----", e);
        }
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            checkStale(absolute);
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw new NetException("cannot remove " + temporary, e);
        }
        return new UnixFile(absolute, temporary, mode);
    }

    private static void checkStale(Path path) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                || Files.isSymbolicLink(path)) {
            throw new NetException("cannot listen on unix:" + path + ": there is a file that is no socket");
        }
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
        } catch (IOException e) {
            Connection.LOG.log(System.Logger.Level.DEBUG, "nobody listens on " + path + ", it is replaced");
            return;
        }
        throw new NetException("cannot listen on unix:" + path + ": somebody listens there already");
    }

    SocketAddress temporaryAddress(boolean epoll) {
        return epoll ? new DomainSocketAddress(temporary.toString()) : UnixDomainSocketAddress.of(temporary);
    }

    /** Gives the bound socket its mode and name. */
    void publish() {
        try {
            Files.setPosixFilePermissions(temporary, mode);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            key = fileKey();
        } catch (IOException e) {
            throw new NetException("cannot create the UNIX socket " + path + ": " + e.getMessage(), e);
        }
    }

    /** Removes the file unless it is somebody else's by now. */
    void remove() {
        try {
            if (key != null && key.equals(fileKey())) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            Connection.LOG.log(System.Logger.Level.DEBUG, "UNIX socket " + path + " is gone already", e);
        }
    }

    private @Nullable Object fileKey() throws IOException {
        return Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }
}
