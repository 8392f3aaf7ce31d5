package io.polywire.ccproxy.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.door.CcProxySettings;
import io.polywire.testkit.hyperstart.MockHyperstart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class CcProxyDoorTest {
    private static final System.Logger LOG = System.getLogger("test");

    @TempDir
    Path directory;

    private CcProxyDoorSettings settings(Path socket) {
        return new CcProxyDoorSettings(socket, "rwx-w----", CcProxySettings.defaults(), null);
    }

    @Test
    void itServesAtItsPathUntilItIsClosed() throws Exception {
        Path socket = directory.resolve("run/proxy.sock");
        CcProxyDoor door = CcProxyDoor.open(settings(socket), null, LOG);
        assertEquals("rwx-w----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        try (MockHyperstart mock = MockHyperstart.started(directory);
                CcProxyClient client = CcProxyClient.connect(socket.toString())) {
            client.hello("c1", mock.controlPath(), mock.ioPath());
            client.hyper("ping");
            assertEquals(1, door.connections());
            door.close();
            mock.awaitEnded();
            assertThrows(IOException.class, () -> client.hyper("ping"));
        }
        assertEquals(0, door.connections());
        assertFalse(Files.exists(socket));
    }

    @Test
    void aPathThatIsTakenIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        IOException e = assertThrows(IOException.class, () -> CcProxyDoor.open(settings(file), null, LOG));
        assertTrue(e.toString().contains("exists and is not a socket"), e.toString());
    }

    @Test
    void aBridgeNeedsARealm() {
        CcProxyDoorSettings bridged = new CcProxyDoorSettings(
                directory.resolve("s"), "rw-------", CcProxySettings.defaults(), new BridgeSettings("", "role"));
        assertThrows(IllegalArgumentException.class, () -> CcProxyDoor.open(bridged, null, LOG));
    }
}
