package io.polywire.server;

import io.polywire.ccproxy.cli.CcProxyCommand;
import io.polywire.ccproxy.cli.VmCommand;
import io.polywire.gate.cli.GateCommand;
import io.polywire.store.cli.TokenCommand;
import io.polywire.store.cli.UserCommand;
import io.polywire.wamp.cli.ClientCommands;
import io.polywire.wamp.cli.CompletionCommand;
import io.polywire.wasm.cli.WasmCommand;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line. Exit status: 0 all is well, 1 it could not be done (the reason is on standard error), 2 wrong usage.
 */
@Command(
        name = "polywire",
        description = "Application router and execution host.",
        subcommands = {
            ServeCommand.class,
            CheckCommand.class,
            ConfigCommand.class,
            UserCommand.class,
            TokenCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Commands of rooms, each with options of its own:",
            "  gate     Sends WebAssembly programs to a Gate server, runs and manages them.",
            "  wasm     Runs, validates and tests WebAssembly modules.",
            "  ccproxy  Runs the proxy of container VMs.",
            "  vm       Commands container VMs through that proxy.",
            "",
            "Clients of a router that runs; 'polywire COMMAND --help' says more:",
            "  call, publish, subscribe, register   take part in a realm",
            "  sessions, procedures, topics, kill   see what is there, end a session",
            "  top, ping, bench                     watch and measure",
            "  reload                               have the configuration read again",
            "  context                              keep addresses and identities",
            "",
            "  completion   Prints a script for Bash and Zsh: source <(polywire completion)"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String... words) {
        String[] args = spelledOut(words);
        String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        // A switch, so that no room is loaded but the one that is asked for.
        System.exit(
                switch (args.length == 0 ? "" : args[0]) {
                    case "gate" -> GateCommand.run(rest, System.in, System.out, System.err);
                    case "wasm" -> WasmCommand.run(rest, System.in, System.out, System.err);
                    case "ccproxy" -> CcProxyCommand.run(rest, System.in, System.out, System.err);
                    case "vm" -> VmCommand.run(rest, System.in, System.out, System.err);
                    case "completion" -> {
                        System.out.print(completion());
                        yield 0;
                    }
                    default ->
                        ClientCommands.has(args.length == 0 ? "" : args[0])
                                ? ClientCommands.run(args)
                                : commandLine().execute(args);
                });
    }

    /** The script for all commands. */
    static String completion() {
        return CompletionCommand.script(commandLine().addSubcommand("gate", GateCommand.commandLine()));
    }

    /** {@code help COMMAND} as {@code COMMAND --help}, which the commands of all rooms know. */
    static String[] spelledOut(String... words) {
        if (words.length < 2 || !words[0].equals("help")) {
            return words;
        }
        String[] args = Arrays.copyOfRange(words, 1, words.length + 1);
        args[words.length - 1] = "--help";
        return args;
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            command.getErr().println("polywire: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            return 1;
        });
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
