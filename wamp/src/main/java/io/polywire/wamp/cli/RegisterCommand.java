package io.polywire.wamp.cli;

import io.polywire.model.Invoke;
import io.polywire.wamp.client.Invocation;
import io.polywire.wamp.client.RegisterOptions;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code register}: a command of the operating system as procedure. */
@Command(
        name = "register",
        description = "Registers a procedure that runs a command, until it is interrupted.",
        footer = {
            "",
            "For each call COMMAND runs with the ARGs, then the call's positional arguments as further ones (no shell sees "
                    + "them). Standard input holds {\"args\":[...],\"kwargs\":{...}}. Standard output is the result: a JSON "
                    + "value if it is one, else text. Any exit status but 0 is the error polywire.command.failed with that "
                    + "status and what came on standard error.",
            "",
            "  polywire register com.example.date date -u"
        },
        mixinStandardHelpOptions = true)
final class RegisterCommand implements Callable<Integer> {
    /** Error of a call whose command ended with another status than 0. */
    static final String FAILED = "polywire.command.failed";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Option(names = "--match", paramLabel = "POLICY", description = "exact, prefix or wildcard.")
    private @Nullable String match;

    @Option(names = "--invoke", paramLabel = "POLICY", description = "single, roundrobin, random, first or last.")
    private String invoke = "single";

    @Option(names = "--concurrency", paramLabel = "N", description = "Most commands at once. Default: ${DEFAULT-VALUE}")
    private int concurrency = 8;

    @Option(names = "--no-args", description = "Arguments are on standard input only.")
    private boolean withoutArguments;

    @Parameters(index = "0", paramLabel = "PROCEDURE")
    private String procedure = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND [ARG]")
    private List<String> command = List.of();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        Losses losses = new Losses(err);
        RegisterOptions options = RegisterOptions.DEFAULT
                .withMatch(Losses.match(match, procedure))
                .withInvoke(invoke())
                .withConcurrency(concurrency);
        try (WampClient client = target.connect(losses)) {
            client.register(procedure, options, this::run).await();
            err.println("registered " + procedure);
            err.flush();
            losses.await();
        }
        return 0;
    }

    private Invoke invoke() {
        try {
            return Invoke.valueOf(invoke.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--invoke must be single, roundrobin, random, first or last, not '" + invoke + "'", e);
        }
    }

    /** Runs on a virtual thread, which is interrupted when the caller cancels; then the command is ended. */
    private @Nullable Object run(Invocation call) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(command);
        if (!withoutArguments) {
            call.list().forEach(value -> words.add(Values.shown(value)));
        }
        Process process = new ProcessBuilder(words).start();
        try {
            CompletableFuture<byte[]> errors = new CompletableFuture<>();
            Thread.startVirtualThread(() -> read(process, errors));
            try (var in = process.getOutputStream()) {
                in.write(Values.compact(Values.object(call)).getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The command does not read its input, which is its own affair.
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new WampException(FAILED, status, text(errors.join()));
            }
            String result = output.endsWith("\n") ? output.substring(0, output.length() - 1) : output;
            return result.isEmpty() ? null : Values.parse(result);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void read(Process process, CompletableFuture<byte[]> into) {
        try {
            into.complete(process.getErrorStream().readAllBytes());
        } catch (IOException e) {
            into.complete(new byte[0]);
        }
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8).strip();
    }
}
