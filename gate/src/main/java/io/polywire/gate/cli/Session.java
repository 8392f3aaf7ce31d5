package io.polywire.gate.cli;

import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.GateClientBuilder;
import io.polywire.gate.client.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * What all commands have: options, streams, the client. The classes of commands extend it one after the other, because picocli
 * finds commands that are methods in one object only.
 */
abstract class Session {
    static final int FAILED = 1;
    static final int NO_CONNECTION = 3;

    private static final String ADDRESS = "POLYWIRE_GATE";

    private final Map<String, String> environment;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--address",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "Of the server. Default: $" + ADDRESS + ", or http://127.0.0.1:8080")
    private @Nullable URI address;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "OpenSSH file with an Ed25519 key without passphrase; made if there is none."
                    + " Default: polywire/gate.key in $XDG_CONFIG_HOME or ~/.config")
    private @Nullable Path key;

    @Option(
            names = "--authority",
            paramLabel = "HOST[:PORT]",
            scope = ScopeType.INHERIT,
            description = "The server's name in tokens, if it is not that of the address.")
    private String authority = "";

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Prints results as JSON.")
    private boolean json;

    Session(Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** What a failure to use a file means. */
    static String reason(FileSystemException e) {
        return e.getReason() == null
                ? e.getClass().getSimpleName().replaceAll("Exception$", "").replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                : String.valueOf(e.getReason());
    }

    /** A client as the options say. */
    GateClient client() {
        String typed = address != null ? address.toString() : environment.getOrDefault(ADDRESS, "");
        GateClientBuilder builder;
        try {
            builder = GateClient.builder(URI.create(typed.isEmpty() ? "http://127.0.0.1:8080" : typed));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        try {
            Identity identity = Identity.readOrCreate(key == null ? defaultKey() : key);
            return builder.identity(identity).authority(authority).build();
        } catch (IOException e) {
            throw new LocalException(
                    e instanceof FileSystemException f
                            ? f.getFile() + ": " + reason(f)
                            : String.valueOf(e.getMessage()));
        }
    }

    private Path defaultKey() {
        String base = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path config = base.isEmpty() ? Path.of(environment.getOrDefault("HOME", "."), ".config") : Path.of(base);
        return config.resolve("polywire").resolve("gate.key");
    }

    InputStream in() {
        return in;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    boolean json() {
        return json;
    }

    /** For a transfer, shown only where standard error is a terminal. */
    @SuppressWarnings("ReferenceEquality") // It is that very stream that may be a terminal.
    Progress progress(String what, long total) {
        return new Progress(err, err == System.err && terminal(), what, total);
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 has none where there is no terminal.
    static boolean terminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /** Prints one value, or an object with it as a member. */
    void show(String member, String value) {
        out.println(json ? "{\"" + member + "\":\"" + value + "\"}" : value);
    }
}
