package io.polywire.server;

import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.server.config.RealmSettings;
import io.polywire.server.config.RoleSettings;
import io.polywire.server.config.ServerSettings;
import java.util.ArrayList;
import java.util.List;

/** What is no error in a configuration, but should be known to who writes it. */
final class Advice {
    private Advice() {}

    static List<String> of(ServerSettings settings) {
        List<String> all = new ArrayList<>();
        for (ListenSettings listener : settings.listeners()) {
            if (listener.tls() == null && listener.at() instanceof Endpoint.Tcp tcp && !local(tcp.host())) {
                all.add("the listener " + tcp + " can be reached from other machines and has no TLS:"
                        + " tickets and payloads can be read on the way");
            }
        }
        for (RealmSettings realm : settings.realms()) {
            String name = realm.anonymousRole();
            RoleSettings role = name == null ? null : realm.role(name);
            if (role == null && name != null) {
                role = realm.role(RoleSettings.OTHERS);
            }
            if (role != null && (role.unrestricted() || role.admin())) {
                all.add("the realm " + realm.name() + " lets everybody in, with a role that may do "
                        + (role.admin() ? "everything, administration too" : "everything but administration"));
            }
        }
        if (settings.data() == null) {
            all.add(
                    "without data nothing outlives the process: no users of the store, no history, no sessions of WebWire");
        }
        return all;
    }

    private static boolean local(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1") || host.equals("[::1]");
    }
}
