package io.polywire.server.config;

import io.polywire.gate.door.AccessPolicy;
import io.polywire.gate.door.GateSettings;
import io.polywire.gate.host.AllowedUrl;
import io.polywire.gate.host.DirectorySource;
import io.polywire.gate.host.HostSettings;
import io.polywire.gate.host.HttpSource;
import io.polywire.gate.host.Interrupted;
import io.polywire.gate.host.Limits;
import io.polywire.gate.host.ModuleSource;
import io.polywire.gate.program.ProgramLimits;
import io.polywire.model.Serialization;
import io.polywire.server.yaml.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Section {@code gate}. */
final class GateDoorSettings {
    private static final long KIB = 1L << 10;
    private static final long GIB = 1L << 30;
    private static final Duration DAY = Duration.ofDays(1);

    private GateDoorSettings() {}

    static @Nullable GateConfig read(Section s) {
        GateSettings door = door(s);
        String realm =
                s.text("realm", "realm in which programs are sessions, and that has the procedures polywire.gate.*");
        String role = s.text("role", GateConfig.ROLE, "role of programs in that realm");
        List<GateConfig.Procedure> procedures = s.sections(
                "procedures", "functions of modules that are procedures of the realm", GateDoorSettings::procedure);
        if (realm == null && s.has("procedures")) {
            s.missing("realm, for the procedures");
        }
        return door == null ? null : new GateConfig(door, realm, role, procedures);
    }

    private static GateConfig.@Nullable Procedure procedure(Section s) {
        String uri = s.parsed("uri", "a URI", RoleSettings::uri, "of the procedure");
        Path module = s.file("module", "file with the WebAssembly module");
        String function = s.text("function", "", "entry function; left out: _start");
        boolean resident =
                s.flag("resident", false, "whether instances answer one call after the other and keep their memories");
        int pool =
                s.number("pool", 1, 10_000, 1, "resident instances at most; another is started while all have calls");
        Duration idle = s.duration(
                "idle",
                Duration.ZERO,
                DAY,
                Duration.ZERO,
                "after which a resident instance without calls is suspended until the next one; 0: never");
        Serialization encoding = s.choice(
                "encoding",
                List.of("json", "cbor"),
                List.of(Serialization.JSON, Serialization.CBOR),
                Serialization.JSON,
                "of what goes in and out");
        Duration timeout = s.duration(
                "timeout",
                Duration.ZERO,
                DAY,
                Duration.ofSeconds(30),
                "after which an instance that has not answered is killed; 0: never");
        s.require("uri");
        s.require("module");
        return uri == null || module == null
                ? null
                : new GateConfig.Procedure(uri, module, function, resident ? pool : 0, idle, encoding, timeout);
    }

    private static @Nullable GateSettings door(Section s) {
        GateSettings defaults = GateSettings.DEFAULT;
        String prefix = s.parsed("prefix", "a path such as /api", GateDoorSettings::prefix, "", "path before /gate-0/");
        String authority = s.text(
                "authority",
                defaults.authority(),
                "host, and port if clients have to name it, that tokens are made out to: https://AUTHORITY/gate-0/");
        AccessPolicy policy = policy(s);
        ProgramLimits programs = s.section("program_limits", "of each program", GateDoorSettings::programs);
        Limits limits = s.section("limits", "of each key", GateDoorSettings::limits);
        Interrupted interrupted = s.choice(
                "interrupted",
                Interrupted.class,
                defaults.host().interrupted(),
                "what becomes of instances that ran when the server was stopped");
        Duration save = s.duration(
                "save_interval",
                Duration.ZERO,
                DAY,
                defaults.host().saveInterval(),
                "how often running instances are saved; 0: only when they stop");
        List<ModuleSource> sources = s.sections("sources", "of modules, besides uploads", GateDoorSettings::source);
        long uploads =
                s.size("upload_memory", 64L << 20, GIB, defaults.uploads(), "uploads that may be in memory at a time");
        Duration patience = s.duration(
                "patience",
                Duration.ofMillis(100),
                DAY,
                defaults.patience(),
                "a client that leaves an upload without progress for so long is cut off");
        int threads = s.number("threads", 0, 1024, 0, "threads that run programs; 0: one for each processor");
        HostSettings host = new HostSettings(
                programs == null ? ProgramLimits.DEFAULT : programs,
                limits == null ? Limits.DEFAULT : limits,
                interrupted,
                save);
        try {
            return policy == null
                    ? null
                    : new GateSettings(prefix, authority, policy, null, host, sources, uploads, patience, threads);
        } catch (IllegalArgumentException e) {
            s.missing(e.getMessage() == null ? e.toString() : e.getMessage());
            return null;
        }
    }

    private static String prefix(String text) {
        if (text.isEmpty() || text.matches("(/[A-Za-z0-9._~-]+)+")) {
            return text;
        }
        throw new IllegalArgumentException("a prefix begins with / and does not end with one");
    }

    private static @Nullable AccessPolicy policy(Section s) {
        boolean open = s.flag("public", false, "whether every key is let in; without it authorized_keys is needed");
        Path file = s.file("authorized_keys", "OpenSSH file with the Ed25519 keys that are let in");
        if (open) {
            return AccessPolicy.PUBLIC;
        }
        if (file == null) {
            if (!s.has("authorized_keys")) {
                s.missing("authorized_keys, or public: true");
            }
            return null;
        }
        try {
            return AccessPolicy.ssh(Files.readString(file));
        } catch (IllegalArgumentException e) {
            s.wrong("authorized_keys", "is '" + file + "': " + e.getMessage());
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProgramLimits programs(Section s) {
        ProgramLimits d = ProgramLimits.DEFAULT;
        return new ProgramLimits(
                (int) s.size("module", KIB, 64L << 20, d.module(), "size of a module"),
                (int) s.size("code", KIB, 64L << 20, d.code(), "size of its code"),
                (int) s.size("memory", 64 * KIB, GIB, d.memory(), "its linear memory"),
                (int) s.size("stack", KIB, 64L << 20, d.stack(), "its call stack"),
                s.number("table", 0, 10_000_000, d.table(), "elements of its table"));
    }

    private static Limits limits(Section s) {
        Limits d = Limits.DEFAULT;
        int most = 10_000_000;
        return new Limits(
                s.number("modules", 1, most, d.modules(), "modules referenced"),
                s.number("instances", 1, most, d.instances(), "instances that exist"),
                s.number("running", 1, most, d.running(), "instances that run at a time"),
                s.size("storage", KIB, 1024 * GIB, d.storage(), "modules and saved states together"),
                s.size("memory", KIB, 1024 * GIB, d.memory(), "linear memories of its running instances together"),
                s.duration(
                        "cpu_per_minute",
                        Duration.ZERO,
                        DAY,
                        d.cpuPerMinute(),
                        "processor time of its instances in any minute; 0: no limit"),
                s.number("requests_per_second", 0, most, d.requestsPerSecond(), "on average; 0: no limit"));
    }

    private static @Nullable ModuleSource source(Section s) {
        String name = s.text("name", "its name in the paths of the API, of lower-case letters and digits");
        Path folder = s.path("folder", "folder of this machine with the modules");
        List<AllowedUrl> urls = s.several(
                "urls",
                "a URL",
                AllowedUrl::parse,
                "instead of folder: what may be fetched from web servers, below URLs that end with / or exactly under others,"
                        + " where #KEY says which module it has to be");
        Duration timeout = s.duration(
                "timeout", Duration.ofMillis(100), DAY, Duration.ofSeconds(10), "for a module from a web server");
        s.require("name");
        if (s.has("folder") == s.has("urls")) {
            s.missing("either folder or urls");
            return null;
        }
        if (name == null || (folder == null && s.has("folder"))) {
            return null;
        }
        try {
            return folder == null ? new HttpSource(name, urls, timeout) : new DirectorySource(name, folder);
        } catch (IllegalArgumentException e) {
            s.wrong(urls.isEmpty() && folder == null ? "urls" : "name", String.valueOf(e.getMessage()));
            return null;
        }
    }
}
