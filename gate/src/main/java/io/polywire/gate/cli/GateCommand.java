package io.polywire.gate.cli;

import io.polywire.gate.client.GateException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code polywire gate}: modules and programs on a server with the Gate web API, the original one included. */
@Command(
        name = "gate",
        mixinStandardHelpOptions = true,
        description = "Sends WebAssembly programs to a Gate server, runs and manages them there.",
        footer = {
            "",
            "A MODULE is the key that 'upload' and 'modules' show, or SOURCE/NAME where the server has other sources;",
            "a FILE is sent along. An INSTANCE is the id that 'launch' and 'instances' show.",
            "",
            "Exit status: of call the program's result; else 0 done, 1 refused, 2 wrong usage, 3 no connection."
        })
public final class GateCommand extends ProgramCommands {
    GateCommand(Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        super(environment, in, out, err);
    }

    /** The command, to be looked at rather than run. */
    public static CommandLine commandLine() {
        return new CommandLine(new GateCommand(Map.of(), InputStream.nullInputStream(), System.out, System.err));
    }

    /** Runs one command; returns the exit status of the process. */
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        return run(args, System.getenv(), in, out, err);
    }

    static int run(String[] args, Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        GateCommand root = new GateCommand(environment, in, out, err);
        CommandLine line = new CommandLine(root);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler((e, command, parsed) -> root.failed(e));
        if (args.length == 0) {
            line.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        int status = line.execute(args);
        out.flush();
        return status;
    }

    private int failed(Exception e) throws Exception {
        return switch (e) {
            case GateException refused -> failed(String.valueOf(refused.getMessage()), FAILED);
            case FileSystemException file -> failed(file.getFile() + ": " + reason(file), FAILED);
            case LocalException local -> failed(String.valueOf(local.getMessage()), FAILED);
            case UncheckedIOException lost -> failed(Objects.requireNonNull(lost.getCause()));
            case IOException lost -> failed(String.valueOf(lost.getMessage()), NO_CONNECTION);
            default -> throw e;
        };
    }

    private int failed(String text, int status) {
        err().println("gate: " + text);
        return status;
    }
}
