package io.polywire.ccproxy.bridge;

import io.polywire.ccproxy.door.CcProxy;
import io.polywire.ccproxy.door.ListeningSocket;
import io.polywire.ccproxy.door.VmListener;
import io.polywire.router.HostedRealm;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A proxy that listens at a path, bridged to a realm if it has one. Thread-safe. */
public final class CcProxyDoor implements AutoCloseable {
    private final CcProxy proxy;
    private final ListeningSocket listening;
    private final System.Logger log;

    private CcProxyDoor(CcProxy proxy, ListeningSocket listening, System.Logger log) {
        this.proxy = proxy;
        this.listening = listening;
        this.log = log;
    }

    /**
     * Listens and serves.
     *
     * @param realm whose procedures and topics VMs become; needed if and only if the settings have a bridge
     * @param log see {@link CcProxy#start}
     * @throws IOException if there is no listening at that path; the text names it
     */
    public static CcProxyDoor open(CcProxyDoorSettings settings, @Nullable HostedRealm realm, System.Logger log)
            throws IOException {
        BridgeSettings bridge = settings.bridge();
        if ((bridge == null) != (realm == null)) {
            throw new IllegalArgumentException("a bridge needs a realm, and a realm a bridge");
        }
        ListeningSocket listening = ListeningSocket.open(settings.socket().toString(), settings.mode());
        CcProxy proxy = realm == null || bridge == null
                ? CcProxy.start(listening.descriptor(), settings.proxy(), log, VmListener.NONE)
                : Bridge.start(listening.descriptor(), settings.proxy(), log, realm, bridge);
        return new CcProxyDoor(proxy, listening, log);
    }

    /** API connections at this moment. */
    public int connections() {
        return proxy.connections();
    }

    /** The VMs at this moment, in the order of their names. */
    public List<CcProxy.VmView> vms() {
        return proxy.vms();
    }

    /** Closes every connection and removes the socket. VMs, clients and readers of streams see end of file. */
    @Override
    public void close() {
        proxy.close();
        try {
            listening.removeFile();
        } catch (IOException e) {
            log.log(Level.WARNING, "cannot remove {0}", e.getMessage());
        }
    }
}
