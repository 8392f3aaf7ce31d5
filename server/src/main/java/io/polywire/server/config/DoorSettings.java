package io.polywire.server.config;

import io.polywire.ccproxy.bridge.BridgeSettings;
import io.polywire.server.yaml.Section;
import io.polywire.wamp.door.WampDoorSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The doors of a server, and what it is a client of. A further door has its member here, is read in {@link #read}, named in
 * {@link #byKey} and {@link #realms}, and opened in {@code Doorways}; nothing else knows of it.
 *
 * @param wamp the WAMP door
 * @param webWire the WebWire door; null if there is none
 * @param hemi the Hemi door; null if there is none
 * @param hemiServers Hemi servers whose commands are procedures
 * @param gate the Gate door, whose folder lies in the server's data; null if there is none
 * @param ccProxy the cc-proxy door; null if there is none
 */
public record DoorSettings(
        WampDoorSettings wamp,
        @Nullable WebWireSettings webWire,
        @Nullable HemiSettings hemi,
        List<HemiServerSettings> hemiServers,
        @Nullable GateConfig gate,
        @Nullable CcProxySection ccProxy) {
    /** The WAMP door only. */
    static final DoorSettings WAMP = new DoorSettings(WampDoorSettings.DEFAULT, null, null, List.of(), null, null);

    public DoorSettings {
        hemiServers = List.copyOf(hemiServers);
    }

    /** All that need no settings of their own, into one realm. */
    static DoorSettings development(String realm) {
        return new DoorSettings(
                WampDoorSettings.DEFAULT,
                new WebWireSettings(realm, io.polywire.webwire.door.BridgeSettings.DEFAULT),
                HemiSettings.development(realm),
                List.of(),
                GateConfig.development(realm),
                null);
    }

    static DoorSettings read(Section root, List<RealmSettings> realms) {
        WampDoorSettings wamp = root.section("wamp", "the WAMP door", WampSection::read);
        DoorSettings doors = new DoorSettings(
                wamp == null ? WampDoorSettings.DEFAULT : wamp,
                root.section("webwire", "the WebWire door; left out: there is none", WebWireSettings::read),
                root.section("hemi", "the Hemi door; left out: there is none", HemiSettings::read),
                root.sections(
                        "hemi_servers",
                        "Hemi servers whose commands are procedures of a realm",
                        HemiServerSettings::read),
                root.section("gate", "the Gate door; left out: there is none", GateDoorSettings::read),
                root.section(
                        "ccproxy",
                        "the cc-proxy door for container VMs; left out: there is none",
                        CcProxySection::read));
        doors.realms().forEach((key, names) -> names.forEach(name -> checkRealm(root, key, name, realms)));
        checkRole(root, doors.ccProxy, realms);
        return doors;
    }

    /** Each door's settings by its key in the file; null where there is none. */
    public Map<String, @Nullable Object> byKey() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("wamp", wamp);
        all.put("webwire", webWire);
        all.put("hemi", hemi);
        all.put("hemi_servers", hemiServers);
        all.put("gate", gate);
        all.put("ccproxy", ccProxy);
        return all;
    }

    /** The realms that doors are joined with, by the doors' keys. */
    public Map<String, Set<String>> realms() {
        Map<String, Set<String>> all = new LinkedHashMap<>();
        put(all, "webwire", webWire == null ? null : webWire.realm());
        put(all, "hemi", hemi == null ? null : hemi.realm());
        hemiServers.forEach(one -> put(all, "hemi_servers", one.realm()));
        put(all, "gate", gate == null ? null : gate.realm());
        put(all, "ccproxy", ccProxy == null ? null : ccProxy.realm());
        return all;
    }

    private static void put(Map<String, Set<String>> all, String key, @Nullable String realm) {
        if (realm != null) {
            all.computeIfAbsent(key, none -> new TreeSet<>()).add(realm);
        }
    }

    private static void checkRole(Section root, @Nullable CcProxySection ccProxy, List<RealmSettings> realms) {
        BridgeSettings bridge = ccProxy == null ? null : ccProxy.door().bridge();
        if (ccProxy == null || bridge == null) {
            return;
        }
        for (RealmSettings realm : realms) {
            if (realm.name().equals(ccProxy.realm())
                    && realm.roles().stream()
                            .noneMatch(one -> one.name().equals(bridge.authrole())
                                    || one.name().equals(RoleSettings.OTHERS))) {
                root.wrong(
                        "ccproxy",
                        "gives VMs the role '" + bridge.authrole() + "', expected one of the realm '" + realm.name()
                                + "'");
            }
        }
    }

    /** Notes a problem if a key names a realm that is not there. */
    static void checkRealm(Section root, String key, @Nullable String realm, List<RealmSettings> realms) {
        if (realm != null && realms.stream().noneMatch(one -> one.name().equals(realm))) {
            Set<String> names = new TreeSet<>();
            realms.forEach(one -> names.add(one.name()));
            root.wrong(
                    key,
                    "names the realm '" + realm + "', which is not there, expected "
                            + (names.isEmpty() ? "one under realms" : "one of " + String.join(", ", names)));
        }
    }
}
