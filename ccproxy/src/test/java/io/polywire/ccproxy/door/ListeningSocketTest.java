package io.polywire.ccproxy.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.UnixSocket;
import io.polywire.ccproxy.unix.UnixStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListeningSocketTest {
    @TempDir
    Path directory;

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void directoriesAndSocketGetTheirModes() throws IOException {
        Path parent = directory.resolve("a/b");
        Path path = parent.resolve("proxy.sock");
        ListeningSocket socket = ListeningSocket.open(path.toString());
        assertEquals("rwxr-x---", mode(parent));
        assertEquals("rw-rw----", mode(path));
        socket.descriptor().close();
        socket.removeFile();
        assertEquals(false, Files.exists(path));
    }

    @Test
    void anAbandonedSocketIsReplacedALiveOneIsNot() throws IOException {
        String path = directory.resolve("s").toString();
        ListeningSocket.open(path).descriptor().close();
        ListeningSocket live = ListeningSocket.open(path);
        assertEquals(
                path + ": another process listens there",
                assertThrows(IOException.class, () -> ListeningSocket.open(path))
                        .getMessage());
        live.descriptor().close();
    }

    @Test
    void aPassedSocketIsServed() throws IOException {
        String path = directory.resolve("s").toString();
        Descriptor made = UnixSocket.listen(path, 0600, 4);
        ListeningSocket passed =
                ListeningSocket.activated(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "1"), 42, made.fd());
        assertNotNull(passed);
        try (CcProxy proxy =
                        CcProxy.start(passed.descriptor(), CcProxySettings.defaults(), Peers.SILENT, VmListener.NONE);
                UnixStream api = UnixStream.connect(path)) {
            api.timeout(Peers.WAIT);
            assertEquals("no 'id' field in request", Peers.call(api, "{}").error());
            assertEquals(1, proxy.census().clients());
        }
        passed.removeFile();
        assertEquals(true, Files.exists(Path.of(path))); // it is somebody else's
    }

    @Test
    void activationIsForThisProcessAndOneSocket() throws IOException {
        assertNull(ListeningSocket.activated(Map.of(), 42, 3));
        assertNull(ListeningSocket.activated(Map.of("LISTEN_PID", "41", "LISTEN_FDS", "1"), 42, 3));
        assertNull(ListeningSocket.activated(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "0"), 42, 3));
        assertEquals(
                "too many activated sockets (2)",
                assertThrows(
                                IOException.class,
                                () -> ListeningSocket.activated(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "2"), 42, 3))
                        .getMessage());
        Descriptor notListening = UnixSocket.pair().near();
        assertThrows(
                IOException.class,
                () -> ListeningSocket.activated(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "1"), 42, notListening.fd()));
        notListening.close();
    }
}
