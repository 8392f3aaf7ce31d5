package io.polywire.wasm.cli;

import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ModuleException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The command {@code wasm}: runs, validates and tests modules. */
public final class WasmCommand {
    /** Exit code for wrong use. */
    static final int USAGE = 2;

    private static final String HELP = """
            usage: wasm run [OPTION...] FILE [ARG...]
                   wasm run [OPTION...] FILE --invoke NAME [ARG...]
                   wasm run [OPTION...] --resume FILE
                   wasm validate FILE
                   wasm spec-test [--interpret] DIR [SCRIPT...]

            A module with _start runs under WASI preview 1; otherwise --invoke names the function to call, whose
            results are printed one a line. Options of run, which may also follow FILE but not the first ARG of a
            WASI program:
              --invoke NAME        call this export with the arguments that follow
              --fuel N             stop after about N instructions
              --timeout MS         stop after so many milliseconds
              --memory-max BYTES   the memory does not grow past this
              --stack BYTES        call stack budget, 1 MiB if not given
              --env NAME=VALUE     set an environment variable
              --dir HOST[::GUEST]  let the program use a folder, under the name GUEST
              --snapshot-to FILE   on SIGTERM save the run instead of losing it
              --resume FILE        continue a saved run
            Exit code: the program's own; 134 for a trap, 124 for a timeout, 125 for used up fuel, 1 for other faults.
            """;

    private WasmCommand() {}

    /**
     * Runs the command.
     *
     * @param args arguments without the command's own name
     * @return exit code
     */
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
        try {
            return switch (args.length == 0 ? "" : args[0]) {
                case "run" -> new RunCommand(RunOptions.parse(rest), in, out, err).run();
                case "validate" -> validate(rest, out, err);
                case "spec-test" -> specTest(rest, out);
                case "--help", "help" -> {
                    out.print(HELP);
                    yield 0;
                }
                default -> throw new UsageException("run, validate or spec-test expected");
            };
        } catch (UsageException e) {
            err.println("wasm: " + e.getMessage());
            err.print(HELP);
            return USAGE;
        } catch (NoSuchFileException e) {
            err.println("wasm: no such file: " + e.getMessage());
            return 1;
        } catch (IOException e) {
            err.println("wasm: " + e);
            return 1;
        } finally {
            out.flush();
        }
    }

    /** Wrong use of the command. */
    static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message, null, false, false);
        }
    }

    private static int validate(List<String> args, PrintStream out, PrintStream err) throws IOException {
        if (args.size() != 1) {
            throw new UsageException("validate takes one FILE");
        }
        try {
            var _ = Module.decode(Files.readAllBytes(Path.of(args.get(0))));
            out.println("valid");
            return 0;
        } catch (ModuleException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    private static int specTest(List<String> args, PrintStream out) {
        boolean interpret = args.contains("--interpret");
        List<String> names = args.stream().filter(a -> !a.startsWith("--")).toList();
        if (names.isEmpty() || !Files.isDirectory(Path.of(names.get(0)))) {
            throw new UsageException("spec-test takes a folder with specification test scripts");
        }
        List<String> only = names.subList(1, names.size());
        int failed = SpecTest.run(Path.of(names.get(0)), name -> only.isEmpty() || only.contains(name), interpret, out);
        return failed == 0 ? 0 : 1;
    }
}
