package io.polywire.server.config;

import io.polywire.net.ListenSettings;
import io.polywire.server.yaml.ConfigException;
import io.polywire.server.yaml.Reference;
import io.polywire.server.yaml.Schema;
import io.polywire.server.yaml.Section;
import io.polywire.server.yaml.YamlReader;
import io.polywire.wamp.auth.Attempts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
        DoorSettings.checkRealm(root, "admin_realm", adminRealm, realms);
        WatchSettings watch = WatchSettings.read(root);
        DoorSettings doors = DoorSettings.read(root, realms);
        return new ServerSettings(
                data,
                listeners,
                realms,
                templates,
                attempts == null ? Attempts.Limits.DEFAULT : attempts,
                adminRealm,
                watch,
                doors);
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
}
