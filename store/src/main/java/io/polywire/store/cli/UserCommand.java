package io.polywire.store.cli;

import io.polywire.store.SaltedPassword;
import io.polywire.store.Store;
import io.polywire.store.Users;
import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Passwords;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code user add}, {@code user list}, {@code user remove}, {@code user hash}. */
@Command(name = "user", description = "Manages the users who may join realms.", mixinStandardHelpOptions = true)
public final class UserCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "one of add, list, remove, hash is missing");
    }

    @Command(
            name = "add",
            description =
                    "Adds a user. The password is asked for, or read from standard input where that is no terminal.",
            mixinStandardHelpOptions = true)
    int add(
            @Option(names = "--data", paramLabel = "DIR", required = true, description = DATA) Path data,
            @Option(names = "--realm", paramLabel = "REALM", defaultValue = "realm1", description = REALM) String realm,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE",
                            defaultValue = "user",
                            description = "What the user may do. Default: ${DEFAULT-VALUE}")
                    String role,
            @Option(
                            names = "--no-password",
                            description = "The user has keys, certificates or tokens only; nothing is asked for.")
                    boolean withoutPassword,
            @Option(
                            names = "--kdf",
                            paramLabel = "KDF",
                            defaultValue = "argon2id",
                            description = "How the password is stored: argon2id or pbkdf2. Default: ${DEFAULT-VALUE}")
                    String kdf,
            @Option(
                            names = "--key",
                            paramLabel = "HEX",
                            description = "Ed25519 public key for cryptosign; may be given several times.")
                    @Nullable
                    List<String> keys,
            @Option(
                            names = "--certificate",
                            paramLabel = "SHA256",
                            description = "Fingerprint of a TLS client certificate; may be given several times.")
                    @Nullable
                    List<String> certificates,
            @Option(names = "--replace", description = "In place of the user of that name, if there is one.")
                    boolean replace,
            @Parameters(paramLabel = "AUTHID", description = "The user's name.") String authid) {
        Credential.Cost cost = cost(kdf);
        List<Credential> credentials = new ArrayList<>();
        for (String key : keys == null ? List.<String>of() : keys) {
            credentials.add(new Credential.PublicKey(digits("--key", key)));
        }
        for (String certificate : certificates == null ? List.<String>of() : certificates) {
            byte[] fingerprint = digits("--certificate", certificate.replace(":", ""));
            credentials.add(new Credential.Certificate(HexFormat.of().formatHex(fingerprint)));
        }
        if (!withoutPassword) {
            credentials.addAll(Passwords.credentials(password(), cost));
        }
        try (Store store = Store.openBeside(data)) {
            Users users = store.users();
            done(() -> (replace
                            ? users.replace(realm, authid, role, credentials)
                            : users.add(realm, authid, role, credentials))
                    .join());
        }
        out().println("user " + authid + " of realm " + realm + " has the role " + role);
        return 0;
    }

    @Command(
            name = "list",
            description = "Lists users and what they authenticate with.",
            mixinStandardHelpOptions = true)
    int list(
            @Option(names = "--data", paramLabel = "DIR", required = true, description = DATA) Path data,
            @Option(names = "--realm", paramLabel = "REALM", description = "Only those of this realm.") @Nullable
                    String realm) {
        try (Store store = Store.openBeside(data)) {
            for (Users.User user : store.users().list(realm)) {
                out().println(String.join(
                        "\t", user.realm(), user.authid(), user.role(), String.join(", ", user.credentials())));
            }
        }
        return 0;
    }

    @Command(
            name = "remove",
            description = "Removes a user with all credentials and tokens. Sessions that are open stay.",
            mixinStandardHelpOptions = true)
    int remove(
            @Option(names = "--data", paramLabel = "DIR", required = true, description = DATA) Path data,
            @Option(names = "--realm", paramLabel = "REALM", defaultValue = "realm1", description = REALM) String realm,
            @Parameters(paramLabel = "AUTHID", description = "The user's name.") String authid) {
        try (Store store = Store.openBeside(data)) {
            if (!store.users().remove(realm, authid).join()) {
                throw new IllegalArgumentException("realm " + realm + " has no user " + authid);
            }
        }
        out().println("user " + authid + " of realm " + realm + " is removed");
        return 0;
    }

    @Command(
            name = "hash",
            description = {
                "Prints what may stand in a configuration file in place of a password, salted. The password is asked for, or read "
                        + "from standard input where that is no terminal."
            },
            mixinStandardHelpOptions = true)
    int hash(
            @Option(
                            names = "--kdf",
                            paramLabel = "KDF",
                            defaultValue = "argon2id",
                            description = "argon2id or pbkdf2. Default: ${DEFAULT-VALUE}")
                    String kdf) {
        out().println(SaltedPassword.of(password(), cost(kdf)));
        return 0;
    }

    private Credential.Cost cost(String kdf) {
        return switch (kdf) {
            case "argon2id" -> Passwords.ARGON2ID;
            case "pbkdf2" -> Passwords.PBKDF2;
            default -> throw wrong("--kdf must be argon2id or pbkdf2, not " + kdf);
        };
    }

    static final String DATA = "Folder of the server's data; the server may be running.";
    static final String REALM = "Default: ${DEFAULT-VALUE}";

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
    }

    private byte[] digits(String option, String hex) {
        try {
            byte[] octets = HexFormat.of().parseHex(hex.toLowerCase(Locale.ROOT));
            if (octets.length == 32) {
                return octets;
            }
        } catch (IllegalArgumentException e) {
            // The same text as for a wrong length.
        }
        throw wrong(option + " must be 64 hexadecimal digits, not '" + hex + "'");
    }

    /** Passwords are never arguments: those are seen by everybody on the machine. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 has none again where there is no terminal.
    private static String password() {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return line();
        }
        char[] first = console.readPassword("Password: ");
        char[] second = console.readPassword("Again: ");
        try {
            if (first == null || second == null || !Arrays.equals(first, second)) {
                throw new IllegalArgumentException("the two passwords differ; nothing was changed");
            }
            return new String(first);
        } finally {
            if (first != null) {
                Arrays.fill(first, ' ');
            }
            if (second != null) {
                Arrays.fill(second, ' ');
            }
        }
    }

    private static String line() {
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            if (line == null || line.isEmpty()) {
                throw new IllegalArgumentException("there is no password on standard input; nothing was changed");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the password", e);
        }
    }

    /** Work of the store, its failure as it is. */
    static <T extends @Nullable Object> T done(Supplier<T> work) {
        try {
            return work.get();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
