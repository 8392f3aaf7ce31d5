package io.polywire.ccproxy.bridge;

import io.polywire.ccproxy.door.CcProxySettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A proxy as a door of a server.
 *
 * @param socket where it listens
 * @param mode of the socket's file, such as {@code rw-rw----}
 * @param bridge how its VMs appear in a realm; null if they do not
 */
public record CcProxyDoorSettings(
        Path socket,
        String mode,
        CcProxySettings proxy,
        @Nullable BridgeSettings bridge) {}
