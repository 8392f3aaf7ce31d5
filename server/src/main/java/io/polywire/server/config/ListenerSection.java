package io.polywire.server.config;

import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Tls;
import io.polywire.server.yaml.Section;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a listener. */
final class ListenerSection {
    private static final Duration DAY = Duration.ofDays(1);

    private ListenerSection() {}

    static @Nullable ListenSettings read(Section s) {
        Endpoint tcp = s.parsed(
                "tcp",
                "HOST:PORT or [IPV6]:PORT",
                text -> {
                    if (!(Endpoint.parse(text) instanceof Endpoint.Tcp endpoint)) {
                        throw new IllegalArgumentException("for a UNIX socket write unix: PATH");
                    }
                    return endpoint;
                },
                "address; port 0 for a free one. Either this or unix");
        Path socket = s.path("unix", "path of a UNIX socket");
        ListenSettings defaults = new ListenSettings(ServerSettings.DEFAULT_ENDPOINT);
        String mode = s.parsed(
                "mode",
                "a file mode such as rw-rw----",
                text -> {
                    PosixFilePermissions.fromString(text);
                    return text;
                },
                defaults.fileMode(),
                "file mode of the UNIX socket");
        Tls.Server tls = s.section("tls", "TLS 1.2 and 1.3; left out: plain connections", ListenerSection::tls);
        Endpoint at = tcp != null ? tcp : socket != null ? new Endpoint.Unix(socket) : null;
        if (s.has("tcp") == s.has("unix")) {
            s.missing("either tcp or unix: a listener needs one of them");
        }
        Duration moment = Duration.ofMillis(100);
        ListenSettings listener = new ListenSettings(
                at == null ? defaults.at() : at,
                tls,
                mode,
                s.number(
                        "max_connections", 1, 10_000_000, defaults.maxConnections(), "further ones are closed at once"),
                s.duration(
                        "handshake_timeout",
                        moment,
                        DAY,
                        defaults.handshakeTimeout(),
                        "for TLS, for the first octet, for the head of a request"),
                s.duration(
                        "idle_timeout",
                        moment,
                        DAY,
                        defaults.idleTimeout(),
                        "between two requests on an HTTP connection"),
                (int) s.size(
                        "max_header",
                        1024,
                        1 << 20,
                        defaults.maxHeaderBytes(),
                        "all header fields of a request together"));
        return at == null ? null : listener;
    }

    private static Tls.@Nullable Server tls(Section s) {
        Path certificate = s.file("certificate", "PEM file with the certificate and its issuers");
        Path key = s.file("key", "PEM file with the private key (PKCS#8, not encrypted)");
        Path clientCa = s.file("client_ca", "PEM file with the authorities that client certificates come from");
        boolean required = s.choice(
                "client_certificate",
                List.of("required", "optional"),
                List.of(true, false),
                true,
                "whether clients must have one, where there is client_ca");
        s.require("certificate");
        s.require("key");
        if (s.has("client_certificate") && !s.has("client_ca")) {
            s.missing("client_ca: a PEM file with the authorities that client certificates come from");
        }
        return certificate == null || key == null
                ? null
                : new Tls.Server(certificate, key, clientCa, clientCa != null && required);
    }
}
