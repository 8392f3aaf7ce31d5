package io.polywire.wamp.cli;

import io.polywire.wamp.client.ConnectException;
import io.polywire.wamp.client.WampException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The commands that are clients. Exit status: 0 all is well, 1 the router, the callee or the work itself refused (the error's
 * URI is on standard error), 2 wrong usage, 3 no session came about.
 */
@Command(
        name = "polywire",
        subcommands = {
            CallCommand.class,
            PublishCommand.class,
            SubscribeCommand.class,
            RegisterCommand.class,
            ListCommands.Sessions.class,
            ListCommands.Procedures.class,
            ListCommands.Topics.class,
            KillCommand.class,
            PingCommand.class,
            BenchCommand.class,
            TopCommand.class,
            ReloadCommand.class,
            ContextCommand.class
        })
public final class ClientCommands implements Runnable {
    private static final Set<String> NAMES = Set.of(
            "call",
            "publish",
            "subscribe",
            "register",
            "sessions",
            "procedures",
            "topics",
            "kill",
            "ping",
            "bench",
            "top",
            "reload",
            "context");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private ClientCommands() {}

    /** Whether a command's name is one of these. */
    public static boolean has(String name) {
        return NAMES.contains(name);
    }

    /**
     * Runs a command.
     *
     * @param args the command's name, then its arguments
     * @return exit status
     */
    public static int run(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new ClientCommands());
        // What follows the procedure is a command with options of its own.
        Objects.requireNonNull(line.getSubcommands().get("register")).setStopAtPositional(true);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            if (e instanceof ParameterException wrong) {
                throw wrong;
            }
            PrintWriter err = command.getErr();
            err.println("polywire: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            String hint = hint(e);
            if (!hint.isEmpty()) {
                err.println("  " + hint);
            }
            err.flush();
            return e instanceof ConnectException ? 3 : 1;
        });
        return line;
    }

    private static String hint(Exception e) {
        if (!(e instanceof WampException w)) {
            return "";
        }
        return switch (w.uri()) {
            case "wamp.error.network_failure" ->
                e instanceof ConnectException
                        ? "Is a router listening there, with TLS if --url says so? 'polywire serve' starts one."
                        : "";
            case "wamp.error.no_such_realm" -> "--realm names the realm to join.";
            case "wamp.error.no_such_procedure" -> "'polywire procedures' lists what is registered.";
            case "wamp.error.no_matching_auth_method",
                    "wamp.error.authentication_denied",
                    "wamp.error.authentication_required" ->
                "--user with --password-file or --key says who you are; 'polywire context' remembers it.";
            case "wamp.error.not_authorized" ->
                "The role of this session may not do that; --user joins as somebody else.";
            default -> "";
        };
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
