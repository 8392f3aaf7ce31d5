package io.polywire.ccproxy.door;

import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.UnixException;
import io.polywire.ccproxy.unix.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The socket that a proxy listens on: its own at a path, or one it was started with.
 *
 * @param path the socket's file, which {@link #removeFile} removes; null when somebody else made the socket
 */
public record ListeningSocket(
        Descriptor descriptor, @Nullable Path path) {
    private static final int BACKLOG = 128;
    /** Read and write for owner and group, as in the original. */
    public static final String MODE = "rw-rw----";

    private static final int OWNER_ONLY = 0600;
    private static final int FIRST_PASSED = 3;
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"));

    /** As {@link #open(String, String)} with {@link #MODE}. */
    public static ListeningSocket open(String path) throws IOException {
        return open(path, MODE);
    }

    /**
     * Listens at a path. Missing directories are made with mode 0750, a socket that nobody listens on any more is
     * replaced.
     *
     * @param mode of the socket's file, such as {@code rw-rw----}, whatever the umask is
     * @throws IOException if there is something else at the path, or somebody listens there
     */
    public static ListeningSocket open(String path, String mode) throws IOException {
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(mode);
        Path file = Path.of(path);
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent(), DIRECTORY_MODE);
            }
            removeAbandoned(file);
            // Open to nobody else until it has its mode: the umask may only lessen what it is made with.
            Descriptor descriptor = UnixSocket.listen(path, OWNER_ONLY, BACKLOG);
            try {
                Files.setPosixFilePermissions(file, permissions);
            } catch (IOException e) {
                descriptor.close();
                throw e;
            }
            return new ListeningSocket(descriptor, file);
        } catch (UnixException e) {
            throw new IOException(path + ": " + e.text(), e);
        }
    }

    /**
     * The socket passed by systemd, or by whoever does as it does (sd_listen_fds(3)): LISTEN_PID is this process and
     * LISTEN_FDS is 1.
     *
     * @return null if none was passed to this process
     * @throws IOException if there are several, or it is no listening stream socket
     */
    public static @Nullable ListeningSocket activated(Map<String, String> environment, long pid) throws IOException {
        return activated(environment, pid, FIRST_PASSED);
    }

    static @Nullable ListeningSocket activated(Map<String, String> environment, long pid, int first)
            throws IOException {
        String count = environment.getOrDefault("LISTEN_FDS", "0");
        if (!String.valueOf(pid).equals(environment.get("LISTEN_PID")) || count.equals("0")) {
            return null;
        }
        if (!count.equals("1")) {
            throw new IOException("too many activated sockets (" + count + ")");
        }
        try {
            return new ListeningSocket(UnixSocket.inherited(first), null);
        } catch (UnixException e) {
            throw new IOException("activated socket: " + e.text(), e);
        }
    }

    /** Removes the socket's file, once nobody shall find it any more. */
    public void removeFile() throws IOException {
        if (path != null) {
            Files.deleteIfExists(path);
        }
    }

    private static void removeAbandoned(Path file) throws IOException {
        boolean socket;
        try {
            socket = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) >> 12 == 0xC;
        } catch (NoSuchFileException e) {
            return;
        }
        if (!socket) {
            throw new IOException(file + ": exists and is not a socket");
        }
        try {
            UnixSocket.connect(file.toString()).close();
        } catch (UnixException e) {
            Files.deleteIfExists(file);
            return;
        }
        throw new IOException(file + ": another process listens there");
    }
}
