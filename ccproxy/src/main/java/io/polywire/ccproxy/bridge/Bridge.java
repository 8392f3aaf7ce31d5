package io.polywire.ccproxy.bridge;

import io.polywire.ccproxy.door.CcProxy;
import io.polywire.ccproxy.door.CcProxySettings;
import io.polywire.ccproxy.door.VmListener;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Joins a proxy to a realm: each VM is a session whose procedures are the agent's commands and {@code exec}; VMs that
 * come and go, and the number of their clients, are events.
 *
 * <p>Calls of the listener come on the proxy's thread and are handed to the realm's, in order; the maps belong to the
 * realm's thread. Commands run on virtual threads, as clients of the proxy.
 */
public final class Bridge implements VmListener {
    static final String ON_VM = "polywire.ccproxy.on_vm";
    static final String ON_CLIENT = "polywire.ccproxy.on_client";

    private static final Dict ROLES = Dict.of(
            "roles",
            Map.of(
                    "publisher", Map.of(),
                    "callee",
                            Map.of(
                                    "features",
                                    Map.of(
                                            "progressive_call_results", true,
                                            "progressive_call_invocations", true,
                                            "call_canceling", true))));

    private final HostedRealm realm;
    private final BridgeSettings settings;
    private final System.Logger log;
    private final CompletableFuture<CcProxy> proxy = new CompletableFuture<>();
    private final Map<String, VmSession> vms = new HashMap<>();
    private @Nullable Session own;
    private long lastRequest;

    private Bridge(HostedRealm realm, BridgeSettings settings, System.Logger log) {
        this.realm = realm;
        this.settings = settings;
        this.log = log;
    }

    /**
     * Starts a proxy that is bridged to a realm. Closing the proxy ends the bridge's VM sessions; the realm stays.
     *
     * @param listening see {@link CcProxy#start}
     */
    public static CcProxy start(
            @Nullable Descriptor listening,
            CcProxySettings proxySettings,
            System.Logger log,
            HostedRealm realm,
            BridgeSettings settings) {
        Bridge bridge = new Bridge(realm, settings, log);
        CcProxy proxy = CcProxy.start(listening, proxySettings, log, bridge);
        bridge.proxy.complete(proxy);
        return proxy;
    }

    @Override
    public void registered(String containerId) {
        realm.run(() -> {
            VmSession vm = new VmSession(realm, proxy, containerId, settings.prefix() + escape(containerId) + ".", log);
            Session session = join(vm, containerId);
            if (session != null) {
                vms.put(containerId, vm);
                vm.joined(session);
            }
            publish(ON_VM, containerId, "registered");
        });
    }

    @Override
    public void gone(String containerId) {
        realm.run(() -> {
            VmSession vm = vms.remove(containerId);
            if (vm != null) {
                vm.leave();
            }
            publish(ON_VM, containerId, "gone");
        });
    }

    @Override
    public void clients(String containerId, int count) {
        realm.run(() -> publish(ON_CLIENT, containerId, (long) count));
    }

    /** A container id as one component of a URI: what the grammar forbids in it, and {@code %}, as {@code %XX}. */
    static String escape(String containerId) {
        StringBuilder escaped = new StringBuilder();
        containerId.codePoints().forEach(c -> {
            if (c == '.' || c == '#' || c == '%' || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                for (byte octet : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
                }
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    private @Nullable Session join(Link link, String authid) {
        Identity identity = new Identity(authid, settings.authrole(), "unix", "ccproxy", Map.of("_door", "ccproxy"));
        try {
            return realm.realm().join(link, identity, ROLES, Map.of("type", "unix", "_door", "ccproxy"));
        } catch (JoinRefused | InvalidArgument e) {
            log.log(Level.WARNING, "{0} cannot join {1}: {2}", authid, realm.realm(), e.getMessage());
            return null;
        }
    }

    private void publish(String topic, Object... args) {
        if (own == null || !own.isOpen()) {
            own = join(new Deaf(), "ccproxy");
        }
        if (own != null) {
            try {
                own.receive(new Message.Publish(++lastRequest, Dict.EMPTY, topic, Payload.of(args)));
            } catch (ProtocolViolation e) {
                log.log(Level.WARNING, "{0}: {1}", topic.toLowerCase(Locale.ROOT), e.text());
            }
        }
    }

    /** The link of a session that only publishes. */
    private static final class Deaf implements Link {
        @Override
        public Sent send(Message message) {
            return Sent.OK;
        }

        @Override
        public void end(Message.Goodbye why) {}

        @Override
        public void abort(String text) {}
    }
}
