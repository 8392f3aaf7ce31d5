package io.polywire.server.config;

import io.polywire.ccproxy.bridge.BridgeSettings;
import io.polywire.ccproxy.bridge.CcProxyDoorSettings;
import io.polywire.ccproxy.door.CcProxySettings;
import io.polywire.ccproxy.door.ListeningSocket;
import io.polywire.server.yaml.Section;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cc-proxy door.
 *
 * @param realm that its VMs are bridged to; null exactly if the door has no bridge
 */
public record CcProxySection(@Nullable String realm, CcProxyDoorSettings door) {
    private static final String PREFIX = "vm.";
    private static final String ROLE = "ccproxy";
    private static final Duration DAY = Duration.ofDays(1);

    static @Nullable CcProxySection read(Section s) {
        Path socket = s.path("socket", "path of the UNIX socket where it listens");
        s.require("socket");
        String mode = s.parsed(
                "mode",
                "a file mode such as rw-rw----",
                text -> {
                    PosixFilePermissions.fromString(text);
                    return text;
                },
                ListeningSocket.MODE,
                "file mode of the socket");
        CcProxySettings proxy = proxy(s);
        String realm = s.text("realm", "realm that the VMs are bridged to; left out: they are not");
        String prefix =
                s.text("prefix", PREFIX, "before a container's id it makes the beginning of its procedures' URIs");
        String role = s.text("role", ROLE, "role of the VMs' sessions: it must be allowed to register and publish");
        if (realm == null && (s.has("prefix") || s.has("role"))) {
            s.missing("realm: prefix and role are of no use without one");
        }
        BridgeSettings bridge = realm == null ? null : new BridgeSettings(prefix, role);
        return socket == null ? null : new CcProxySection(realm, new CcProxyDoorSettings(socket, mode, proxy, bridge));
    }

    private static CcProxySettings proxy(Section s) {
        CcProxySettings d = CcProxySettings.defaults();
        Set<Integer> uids =
                ids(s, "allow_uids", "users that may connect; left out with allow_gids: all who can open it");
        Set<Integer> gids = ids(s, "allow_gids", "primary groups that may connect");
        int maxRequest = (int)
                s.size("max_request", 16 * 1024, 1 << 30, d.maxRequest(), "longest request; more ends the connection");
        int streamQueue =
                (int) s.size("stream_queue", 64 * 1024, 1 << 30, d.streamQueue(), "output kept for one slow reader");
        long vmQueue = s.size("vm_queue", 64 * 1024, 1L << 40, d.vmQueue(), "output kept for all slow readers of a VM");
        if (vmQueue < streamQueue) {
            s.wrong("vm_queue", "is less than stream_queue, expected at least " + Section.showSize(streamQueue));
            vmQueue = streamQueue;
        }
        return new CcProxySettings(
                maxRequest,
                streamQueue,
                vmQueue,
                time(s, "ready_timeout", d.readyTimeout(), "how long hello waits for the VM; 0 for ever"),
                time(
                        s,
                        "command_timeout",
                        d.commandTimeout(),
                        "how long hyper waits for its turn and answer; 0 for ever"),
                time(s, "stall_timeout", d.stallTimeout(), "how long an idle reader may hold up its VM; 0 for ever"),
                time(s, "linger_timeout", d.lingerTimeout(), "how long output is kept when its VM is gone"),
                uids,
                gids);
    }

    private static Duration time(Section s, String key, Duration otherwise, String meaning) {
        return s.duration(key, Duration.ZERO, DAY, otherwise, meaning);
    }

    private static Set<Integer> ids(Section s, String key, String meaning) {
        return Set.copyOf(s.several(key, "a number from 0", CcProxySection::id, meaning));
    }

    private static Integer id(String text) {
        // Ids above 2^31 are negative where the kernel's structure is read; nobody but "nobody at all" has one.
        int id = Integer.parseInt(text);
        if (id < 0) {
            throw new NumberFormatException(); // the expectation says it all
        }
        return id;
    }
}
