package io.polywire.wamp.cli;

import io.polywire.model.Serialization;
import io.polywire.wamp.client.ClientListener;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.Reconnect;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.auth.Authenticator;
import io.polywire.wamp.client.link.Transport;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where and as whom to connect. An option beats the environment, which beats the context. */
final class Target {
    private static final String URL = "ws://127.0.0.1:8080/ws";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Router: ws://, wss://, tcp://, tls:// or unix://. Default: " + URL
                    + ", or the variable POLYWIRE_URL, or that of the context")
    private @Nullable String url;

    @Option(names = "--realm", paramLabel = "REALM", description = "Default: realm1")
    private @Nullable String realm;

    @Option(names = "--user", paramLabel = "AUTHID", description = "Identity to authenticate as. Default: anonymous")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "File with the password or ticket; '-' asks for it. Also: the variable POLYWIRE_PASSWORD")
    private @Nullable String passwordFile;

    @Option(names = "--key", paramLabel = "FILE", description = "File with an Ed25519 seed of 64 hexadecimal digits.")
    private @Nullable Path key;

    @Option(names = "--ca", paramLabel = "FILE", description = "PEM file with the authorities to trust.")
    private @Nullable Path ca;

    @Option(names = "--serialization", paramLabel = "NAME", description = "msgpack, cbor or json. Default: msgpack")
    private @Nullable String serialization;

    @Option(names = "--context", paramLabel = "NAME", description = "Context to use instead of the selected one.")
    private @Nullable String context;

    @Option(names = "--json", description = "Prints JSON, one document a line.")
    boolean json;

    private final Map<String, String> environment;

    Target() {
        this(System.getenv());
    }

    Target(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Connects for one piece of work: a lost connection ends it. */
    WampClient connect() {
        return WampClient.connect(settings().withReconnect(Reconnect.NEVER));
    }

    /** Connects for as long as the command runs: a lost connection is made again. */
    WampClient connect(ClientListener listener) {
        return WampClient.connect(settings().withListener(listener));
    }

    /** The options as a context, to be stored. */
    Contexts.Context given() {
        return new Contexts.Context(
                url,
                realm,
                user,
                passwordFile == null ? null : password(passwordFile),
                key == null ? null : key.toAbsolutePath().toString(),
                ca == null ? null : ca.toAbsolutePath().toString(),
                serialization);
    }

    ClientSettings settings() {
        Contexts.Context stored = stored();
        Transport transport = Transport.to(first(url, environment.get("POLYWIRE_URL"), stored.url(), URL));
        String authorities = first(ca == null ? null : ca.toString(), stored.ca(), "");
        if (!authorities.isEmpty()) {
            transport = transport.withTrust(Path.of(authorities));
        }
        String form = first(serialization, stored.serialization(), "");
        if (!form.isEmpty()) {
            transport = transport.withSerialization(serialization(form));
        }
        ClientSettings settings = ClientSettings.of(transport, realm(stored))
                .withAgent("polywire command")
                .withTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(2));
        return authenticated(settings, stored);
    }

    /** Name of the realm that is joined. */
    String realm() {
        return realm(stored());
    }

    private String realm(Contexts.Context stored) {
        return first(realm, environment.get("POLYWIRE_REALM"), stored.realm(), "realm1");
    }

    private ClientSettings authenticated(ClientSettings settings, Contexts.Context stored) {
        List<Authenticator> methods = new ArrayList<>();
        String seed = first(key == null ? null : key.toString(), stored.key(), "");
        if (!seed.isEmpty()) {
            methods.add(Authenticator.cryptosign(seed(Path.of(seed))));
        }
        String password = passwordFile == null
                ? first(environment.get("POLYWIRE_PASSWORD"), stored.password(), "")
                : password(passwordFile);
        if (!password.isEmpty()) {
            // A ticket comes last: it is the only one that shows the secret to the router.
            methods.add(Authenticator.scram(password));
            methods.add(Authenticator.wampcra(password));
            methods.add(Authenticator.ticket(password));
        }
        String authid = first(user, environment.get("POLYWIRE_USER"), stored.user(), "");
        Authenticator[] all = methods.toArray(Authenticator[]::new);
        return authid.isEmpty() ? settings.withAuth(all) : settings.withAuth(authid, all);
    }

    private Contexts.Context stored() {
        Contexts contexts = Contexts.ofUser(environment);
        String name = first(context, environment.get("POLYWIRE_CONTEXT"), contexts.selected(), "");
        return name.isEmpty() ? Contexts.Context.EMPTY : contexts.get(name);
    }

    private static String first(@Nullable String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null) {
                return candidate;
            }
        }
        throw new IllegalStateException();
    }

    private static Serialization serialization(String name) {
        try {
            return Serialization.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the serialization must be msgpack, cbor or json, not '" + name + "'", e);
        }
    }

    private static byte[] seed(Path file) {
        String text = read(file);
        try {
            byte[] seed = HexFormat.of().parseHex(text.toLowerCase(Locale.ROOT));
            if (seed.length == 32) {
                return seed;
            }
        } catch (IllegalArgumentException e) {
            // The same text as for a wrong length.
        }
        throw new IllegalArgumentException(file + " does not hold an Ed25519 seed of 64 hexadecimal digits");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 has none again where there is no terminal.
    private static String password(String file) {
        if (!file.equals("-")) {
            return read(Path.of(file));
        }
        Console console = System.console();
        char[] typed = console == null || !console.isTerminal() ? null : console.readPassword("Password: ");
        if (typed == null) {
            throw new IllegalArgumentException("there is no terminal to ask for the password on");
        }
        return new String(typed);
    }
}
