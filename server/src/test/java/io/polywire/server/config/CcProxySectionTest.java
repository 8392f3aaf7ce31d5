package io.polywire.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.ccproxy.bridge.BridgeSettings;
import io.polywire.ccproxy.bridge.CcProxyDoorSettings;
import io.polywire.ccproxy.door.CcProxySettings;
import io.polywire.server.yaml.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CcProxySectionTest {
    private static final String REALM = "realms: [{name: r, roles: [{name: vms}]}]\n";

    @TempDir
    private Path folder;

    private ServerSettings read(String yaml) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("polywire.yaml"), yaml));
    }

    private List<String> problems(String yaml) {
        return assertThrows(ConfigException.class, () -> read(yaml)).problems().stream()
                .map(p -> p.show("f"))
                .toList();
    }

    @Test
    void everyKeyIsRead() throws IOException {
        ServerSettings settings = read(REALM + """
                ccproxy:
                  socket: p.sock
                  mode: rw-------
                  allow_uids: [0, 1000]
                  allow_gids: 5
                  realm: r
                  prefix: ""
                  role: vms
                  max_request: 16 KiB
                  stream_queue: 64 KiB
                  vm_queue: 128 KiB
                  ready_timeout: 1s
                  command_timeout: 2s
                  stall_timeout: 3s
                  linger_timeout: 0
                """);
        CcProxySettings proxy = new CcProxySettings(
                16 << 10,
                64 << 10,
                128 << 10,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ZERO,
                Set.of(0, 1000),
                Set.of(5));
        CcProxyDoorSettings door =
                new CcProxyDoorSettings(folder.resolve("p.sock"), "rw-------", proxy, new BridgeSettings("", "vms"));
        assertEquals(new CcProxySection("r", door), settings.doors().ccProxy());
    }

    @Test
    void whatIsLeftOutIsAsTheRoomHasItAndNothingIsBridged() throws IOException {
        CcProxySection section = Objects.requireNonNull(
                read(REALM + "ccproxy: {socket: p.sock}\n").doors().ccProxy());
        assertEquals(CcProxySettings.defaults(), section.door().proxy());
        assertEquals("rw-rw----", section.door().mode());
        assertNull(section.realm());
        assertNull(section.door().bridge());
        assertNull(read(REALM).doors().ccProxy());
    }

    @Test
    void errorsAreNamed() {
        assertEquals(
                List.of("f:2:10: ccproxy: lacks socket: path of the UNIX socket where it listens"),
                problems(REALM + "ccproxy: {mode: rw-------}\n"));
        assertEquals(
                List.of("f:2:37: ccproxy.vm_queue: is less than stream_queue, expected at least 4 MiB"),
                problems(REALM + "ccproxy: {socket: p.sock, vm_queue: 1 MiB}\n"));
        assertEquals(
                List.of("f:2:10: ccproxy: names the realm 'other', which is not there, expected one of r"),
                problems(REALM + "ccproxy: {socket: p.sock, realm: other, role: vms}\n"));
        assertEquals(
                List.of("f:2:10: ccproxy: gives VMs the role 'ccproxy', expected one of the realm 'r'"),
                problems(REALM + "ccproxy: {socket: p.sock, realm: r}\n"));
        assertEquals(
                List.of("f:2:10: ccproxy: lacks realm: prefix and role are of no use without one"),
                problems(REALM + "ccproxy: {socket: p.sock, prefix: a.}\n"));
        assertEquals(
                List.of("f:2:39: ccproxy.allow_uids: is -1, expected a number from 0"),
                problems(REALM + "ccproxy: {socket: p.sock, allow_uids: -1}\n"));
    }
}
