package io.polywire.server.config;

import io.polywire.ccproxy.bridge.BridgeSettings;
import io.polywire.net.ListenSettings;
import io.polywire.server.yaml.ConfigException;
import io.polywire.server.yaml.Reference;
import io.polywire.server.yaml.Schema;
import io.polywire.server.yaml.Section;
import io.polywire.server.yaml.YamlReader;
import io.polywire.wamp.auth.Attempts;
import io.polywire.wamp.door.WampDoorSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns a configuration file into settings. What the file leaves out is as the rooms have it; but nobody gets into a realm
 * that the file does not open, and nobody may do there what no role allows. Paths are relative to the file.
 */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * @throws ConfigException if the file cannot be read or has errors; it names all of them
     */
    public static ServerSettings read(Path file) {
        return YamlReader.read(file, System::getenv, ConfigFile::server);
    }

    /** What a file may hold. */
    public static Schema schema() {
        return Section.describe(ConfigFile::server);
    }

    /** The same as JSON schema. */
    public static Map<String, Object> jsonSchema() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        all.put("title", "Configuration of Polywire");
        all.putAll(schema().json());
        return all;
    }

    /** The same as tables, in Markdown. */
    public static String reference() {
        return Reference.markdown(schema(), "The file");
    }

    static ServerSettings server(Section root) {
        Path data = root.path("data", "folder for what outlives the process; left out: a temporary one");
        List<ListenSettings> listeners = root.sections(
                "listeners",
                "where to listen for HTTP, WebSocket and RawSocket; left out: 127.0.0.1:8080",
                ListenerSection::read);
        if (!root.has("listeners")) {
            listeners = List.of(new ListenSettings(ServerSettings.DEFAULT_ENDPOINT));
        }
        List<RoleSettings> roles = root.sections("roles", "roles that every realm has", RoleSettings::read);
        List<RealmSettings> realms = realms(root, roles);
        List<TemplateSettings> templates = root.sections(
                "templates",
                "realms that are made when the first client joins them",
                section -> TemplateSettings.read(section, roles));
        if (!root.has("realms") && !root.has("templates")) {
            root.missing("realms: without one nobody can join");
        }
        Attempts.Limits attempts = root.section("attempts", "how often authentication may fail", AttemptSection::read);
        String adminRealm = root.text(
                "admin_realm",
                "realm with the server's own procedures polywire.*, for roles that are admin; left out: there are none");
        checkRealm(root, "admin_realm", adminRealm, realms);
        LogSettings log = root.section("log", "the log", LogSettings::read);
        MetricsSettings metrics = root.section("metrics", "who may read /metrics", MetricsSettings::read);
        Duration slowCall = root.duration(
                "slow_call",
                Duration.ofMillis(1),
                Duration.ofHours(1),
                ServerSettings.SLOW_CALL,
                "calls that take at least so long are told to Flight Recorder");
        WampDoorSettings wamp = root.section("wamp", "the WAMP door", WampSection::read);
        WebWireSettings webWire =
                root.section("webwire", "the WebWire door; left out: there is none", WebWireSettings::read);
        checkRealm(root, "webwire", webWire == null ? null : webWire.realm(), realms);
        HemiSettings hemi = root.section("hemi", "the Hemi door; left out: there is none", HemiSettings::read);
        checkRealm(root, "hemi", hemi == null ? null : hemi.realm(), realms);
        List<HemiServerSettings> hemiServers = root.sections(
                "hemi_servers", "Hemi servers whose commands are procedures of a realm", HemiServerSettings::read);
        hemiServers.forEach(one -> checkRealm(root, "hemi_servers", one.realm(), realms));
        GateConfig gate = root.section("gate", "the Gate door; left out: there is none", GateDoorSettings::read);
        checkRealm(root, "gate", gate == null ? null : gate.realm(), realms);
        CcProxySection ccProxy = root.section(
                "ccproxy", "the cc-proxy door for container VMs; left out: there is none", CcProxySection::read);
        checkRealm(root, "ccproxy", ccProxy == null ? null : ccProxy.realm(), realms);
        checkRole(root, ccProxy, realms);
        // A further door: its section here, its record in ServerSettings, its wiring in Doorways.
        return new ServerSettings(
                data,
                listeners,
                realms,
                templates,
                attempts == null ? Attempts.Limits.DEFAULT : attempts,
                adminRealm,
                log == null ? LogSettings.DEFAULT : log,
                metrics == null ? MetricsSettings.DEFAULT : metrics,
                slowCall,
                wamp == null ? WampDoorSettings.DEFAULT : wamp,
                webWire,
                hemi,
                hemiServers,
                gate,
                ccProxy);
    }

    private static List<RealmSettings> realms(Section root, List<RoleSettings> roles) {
        Set<String> names = new HashSet<>();
        List<RealmSettings> all = new ArrayList<>();
        root.sections("realms", "the realms that are there from the start", section -> {
            RealmSettings realm = RealmSettings.read(section, roles);
            if (realm != null && !names.add(realm.name())) {
                section.wrong("name", "is '" + realm.name() + "', which is the name of a realm above");
            } else if (realm != null) {
                all.add(realm);
            }
            return realm;
        });
        return all;
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

    private static void checkRealm(Section root, String key, @Nullable String realm, List<RealmSettings> realms) {
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
