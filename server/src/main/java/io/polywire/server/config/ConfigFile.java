package io.polywire.server.config;

import io.polywire.model.Uris;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Tls;
import io.polywire.router.HistoryRules;
import io.polywire.router.RealmOptions;
import io.polywire.server.config.ConfigException.Problem;
import io.polywire.wamp.door.WampDoorSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a configuration file into settings. What the file leaves out is as {@link ListenSettings}, {@link WampDoorSettings}
 * and {@link RealmOptions} have it; but nobody gets into a realm that the file does not open. Paths are relative to the
 * file.
 */
public final class ConfigFile {
    private static final Duration DAY = Duration.ofDays(1);

    private final Path folder;
    private final List<Problem> problems = new ArrayList<>();

    private ConfigFile(Path folder) {
        this.folder = folder;
    }

    /**
     * @throws ConfigException if the file cannot be read or has errors; it names all of them
     */
    public static ServerSettings read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            String why = Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist";
            throw new ConfigException(file.toString(), List.of(new Problem(1, 1, "", why)));
        }
        Path folder = file.toAbsolutePath().getParent();
        ConfigFile reader = new ConfigFile(folder == null ? Path.of(".") : folder);
        Node root = YamlReader.read(file.toString(), text, reader.problems);
        ServerSettings settings = reader.server(Section.of(root, "", reader.problems));
        if (!reader.problems.isEmpty()) {
            reader.problems.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
            throw new ConfigException(file.toString(), reader.problems);
        }
        return settings;
    }

    private ServerSettings server(Section root) {
        Path data = path(root, "data");
        List<ListenSettings> listeners = new ArrayList<>();
        for (Section section : root.sections("listeners")) {
            ListenSettings listener = listener(section);
            if (listener != null) {
                listeners.add(listener);
            }
        }
        if (!root.has("listeners")) {
            listeners.add(new ListenSettings(ServerSettings.DEFAULT_ENDPOINT));
        }
        Section wamp = root.section("wamp");
        WampDoorSettings door = wamp == null ? WampDoorSettings.DEFAULT : wamp(wamp);
        List<RealmSettings> realms = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : root.sections("realms")) {
            RealmSettings realm = realm(section);
            if (realm != null && !names.add(realm.name())) {
                section.wrong("name", "is '" + realm.name() + "', which is the name of a realm above");
            } else if (realm != null) {
                realms.add(realm);
            }
        }
        if (!root.has("realms")) {
            root.missing("realms: without one nobody can join");
        }
        root.end();
        return new ServerSettings(data, listeners, door, realms);
    }

    private @Nullable ListenSettings listener(Section section) {
        Endpoint tcp = section.parsed("tcp", "HOST:PORT or [IPV6]:PORT", text -> {
            if (!(Endpoint.parse(text) instanceof Endpoint.Tcp endpoint)) {
                throw new IllegalArgumentException("for a UNIX socket write unix: PATH");
            }
            return endpoint;
        });
        Path socket = path(section, "unix");
        Section tls = section.section("tls");
        Endpoint at = tcp != null ? tcp : socket != null ? new Endpoint.Unix(socket) : null;
        if (section.has("tcp") == section.has("unix")) {
            section.missing("either tcp or unix: a listener needs one of them");
        }
        ListenSettings defaults = new ListenSettings(at == null ? ServerSettings.DEFAULT_ENDPOINT : at);
        String mode = section.parsed("mode", "a file mode such as rw-rw----", text -> {
            PosixFilePermissions.fromString(text);
            return text;
        });
        ListenSettings listener = new ListenSettings(
                defaults.at(),
                tls == null ? null : tls(tls),
                mode == null ? defaults.fileMode() : mode,
                section.number("max_connections", 1, 10_000_000, defaults.maxConnections()),
                section.duration("handshake_timeout", Duration.ofMillis(100), DAY, defaults.handshakeTimeout()),
                section.duration("idle_timeout", Duration.ofMillis(100), DAY, defaults.idleTimeout()),
                (int) section.size("max_header", 1024, 1 << 20, defaults.maxHeaderBytes()));
        section.end();
        return at == null ? null : listener;
    }

    private Tls.@Nullable Server tls(Section section) {
        Path certificate = readable(section, "certificate");
        Path key = readable(section, "key");
        Path clientCa = readable(section, "client_ca");
        boolean required = section.choice(
                "client_certificate", List.of("required", "optional"), List.of(true, false), clientCa != null);
        if (!section.has("certificate")) {
            section.missing("certificate: a PEM file with the certificate and its issuers");
        }
        if (!section.has("key")) {
            section.missing("key: a PEM file with the private key");
        }
        if (section.has("client_certificate") && !section.has("client_ca")) {
            section.missing("client_ca: a PEM file with the authorities that client certificates come from");
        }
        section.end();
        return certificate == null || key == null ? null : new Tls.Server(certificate, key, clientCa, required);
    }

    private static WampDoorSettings wamp(Section section) {
        WampDoorSettings defaults = WampDoorSettings.DEFAULT;
        String path = section.parsed("path", "a path such as /ws", text -> {
            if (!text.startsWith("/") || text.contains("?") || text.contains("#")) {
                throw new IllegalArgumentException("a path begins with / and has neither ? nor #");
            }
            return text;
        });
        Duration moment = Duration.ofMillis(100);
        WampDoorSettings settings = new WampDoorSettings(
                path == null ? defaults.path() : path,
                (int) section.size("message_limit", 512, 1 << 24, defaults.messageLimit()),
                (int) section.size("queue_limit", 1024, 1 << 30, defaults.queueLimit()),
                section.size("queue_budget", 1024, 1L << 40, defaults.queueBudget()),
                section.duration("hello_timeout", moment, DAY, defaults.helloTimeout()),
                section.duration("authenticate_timeout", moment, DAY, defaults.authenticateTimeout()),
                section.duration("stuck_timeout", moment, DAY, defaults.stuckTimeout()),
                section.duration("keepalive", Duration.ZERO, DAY, defaults.keepalive()),
                section.flag("deflate", defaults.deflate()),
                defaults.agent());
        section.end();
        return settings;
    }

    private static @Nullable RealmSettings realm(Section section) {
        String name = section.parsed("name", "a URI such as com.example.main", text -> {
            if (!Uris.valid(text, false)) {
                throw new IllegalArgumentException("components are joined by dots and have neither blanks nor #");
            }
            return text;
        });
        if (!section.has("name")) {
            section.missing("name");
        }
        boolean anonymous = section.flag("anonymous", false);
        String role = section.text("anonymous_role");
        RealmOptions defaults = RealmOptions.DEFAULT;
        Section limits = section.section("limits");
        RealmOptions options = new RealmOptions(
                section.flag("strict_uris", defaults.strictUris()),
                section.flag("disclosure", defaults.disclosure()),
                null,
                limits == null ? defaults.limits() : limits(limits),
                HistoryRules.NONE);
        section.end();
        return name == null
                ? null
                : new RealmSettings(name, options, anonymous ? (role == null ? "anonymous" : role) : null);
    }

    private static RealmOptions.Limits limits(Section section) {
        RealmOptions.Limits defaults = RealmOptions.Limits.DEFAULT;
        int most = Integer.MAX_VALUE;
        RealmOptions.Limits limits = new RealmOptions.Limits(
                section.number("sessions", 1, most, defaults.sessions()),
                section.number("registrations", 0, most, defaults.registrations()),
                section.number("subscriptions", 0, most, defaults.subscriptions()),
                section.number("pending_calls", 0, most, defaults.pendingCalls()),
                section.number("retained_topics", 0, most, defaults.retainedTopics()),
                section.size("retained_size", 0, 1L << 40, defaults.retainedOctets()));
        section.end();
        return limits;
    }

    private @Nullable Path path(Section section, String key) {
        return section.parsed(key, "a path", text -> folder.resolve(text).normalize());
    }

    private @Nullable Path readable(Section section, String key) {
        return section.parsed(key, "a file", text -> {
            Path file = folder.resolve(text).normalize();
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException(file + (Files.exists(file) ? " cannot be read" : " does not exist"));
            }
            return file;
        });
    }
}
