package io.polywire.store.cli;

import io.polywire.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code token}: a random ticket for a user. */
@Command(
        name = "token",
        description =
                "Makes a ticket with which a program authenticates as a user, and prints it: it is shown this once.",
        mixinStandardHelpOptions = true)
public final class TokenCommand implements Callable<Integer> {
    private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,5})([hd])");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = UserCommand.DATA)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path data;

    @Option(names = "--realm", paramLabel = "REALM", defaultValue = "realm1", description = UserCommand.REALM)
    private String realm = "realm1";

    @Option(names = "--expires", paramLabel = "TIME", description = "When it ends, like 12h or 90d. Default: never")
    private @Nullable String expires;

    @Option(names = "--label", paramLabel = "TEXT", description = "What it is for, as 'user list' shows it.")
    private String label = "";

    @Option(names = "--revoke", description = "Revokes all tokens of the user instead.")
    private boolean revoke;

    @Parameters(paramLabel = "AUTHID", description = "The user's name.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String authid;

    @Override
    public Integer call() {
        Instant until = until();
        try (Store store = Store.openBeside(data)) {
            if (revoke) {
                int count = store.users().revokeTokens(realm, authid).join();
                spec.commandLine().getOut().println(count + " revoked");
            } else {
                String ticket = UserCommand.done(() ->
                        store.users().issueToken(realm, authid, label, until).join());
                spec.commandLine().getOut().println(ticket);
            }
        }
        return 0;
    }

    private Instant until() {
        if (expires == null) {
            return Instant.MAX;
        }
        Matcher matcher = DURATION.matcher(expires);
        if (!matcher.matches()) {
            throw new ParameterException(
                    spec.commandLine(), "--expires must be hours or days like 12h or 90d, not '" + expires + "'");
        }
        long number = Long.parseLong(matcher.group(1));
        return Instant.now().plus(matcher.group(2).equals("h") ? Duration.ofHours(number) : Duration.ofDays(number));
    }
}
