package io.polywire.store.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.store.Store;
import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Principal;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CommandsTest {
    private static final String HEX = "AB".repeat(32);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Object command, String input, String... args) {
        CommandLine line = new CommandLine(command);
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        line.setExecutionExceptionHandler((e, c, parsed) -> {
            c.getErr().println(e.getMessage());
            return 1;
        });
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return line.execute(args);
        } finally {
            System.setIn(before);
        }
    }

    private int user(String input, String command, String... args) {
        String[] all = new String[args.length + 3];
        all[0] = command;
        all[1] = "--data";
        all[2] = directory.toString();
        System.arraycopy(args, 0, all, 3, args.length);
        return run(new UserCommand(), input, all);
    }

    private int token(String... args) {
        String[] all = new String[args.length + 2];
        all[0] = "--data";
        all[1] = directory.toString();
        System.arraycopy(args, 0, all, 2, args.length);
        return run(new TokenCommand(), "", all);
    }

    @Test
    void aUserGetsAPasswordFromStandardInputAndKeys() {
        assertEquals(0, user("s3cret\n", "add", "joe", "--role", "staff", "--key", HEX), err::toString);
        try (Store store = Store.open(directory)) {
            Principal joe = store.users().find("realm1", "joe");
            assertNotNull(joe);
            assertEquals("staff", joe.role());
            assertEquals(
                    List.of(Credential.PublicKey.class, Credential.Scram.class, Credential.Shared.class),
                    joe.credentials().stream().map(Object::getClass).toList());
        }
        assertEquals(0, user("", "list"));
        assertTrue(
                out.toString()
                        .contains("realm1\tjoe\tstaff\tcryptosign " + HEX.toLowerCase(java.util.Locale.ROOT)
                                + ", wamp-scram and ticket (argon2id13), wampcra (salted)"),
                out::toString);
        assertFalse(out.toString().contains("s3cret"));
        assertEquals(0, user("", "remove", "joe"));
        assertEquals(1, user("", "remove", "joe"));
        assertTrue(err.toString().contains("realm realm1 has no user joe"), err::toString);
    }

    @Test
    void aUserThatIsThereIsNotReplacedUnasked() {
        assertEquals(0, user("", "add", "joe", "--no-password"));
        assertEquals(1, user("", "add", "joe", "--no-password"));
        assertTrue(err.toString().contains("realm realm1 has a user joe already"), err::toString);
        assertEquals(0, user("", "add", "joe", "--no-password", "--replace"));
    }

    @Test
    void mistakesAreToldAndChangeNothing() {
        assertEquals(1, user("", "add", "joe"));
        assertEquals(2, user("", "add", "joe", "--no-password", "--key", "12"));
        assertEquals(2, user("x\n", "add", "joe", "--kdf", "md5"));
        assertEquals(2, token("--expires", "soon", "joe"));
        assertEquals(1, token("joe"));
        assertTrue(err.toString().contains("there is no password on standard input"), err::toString);
        assertTrue(err.toString().contains("--key must be 64 hexadecimal digits, not '12'"), err::toString);
        assertTrue(err.toString().contains("--kdf must be argon2id or pbkdf2, not md5"), err::toString);
        assertTrue(err.toString().contains("realm realm1 has no user joe"), err::toString);
        out.getBuffer().setLength(0);
        user("", "list");
        assertEquals("", out.toString());
    }

    @Test
    void aTokenIsAllThatIsPrinted() {
        user("", "add", "joe", "--no-password");
        out.getBuffer().setLength(0);
        assertEquals(0, token("joe", "--label", "ci", "--expires", "90d"));
        assertTrue(out.toString().matches("[A-Za-z0-9_-]{43}\\R"), out::toString);
        assertEquals(0, user("", "list"));
        assertTrue(out.toString().contains("(ci)"), out::toString);
        assertEquals(0, token("joe", "--revoke"));
        assertTrue(out.toString().contains("1 revoked"), out::toString);
    }
}
