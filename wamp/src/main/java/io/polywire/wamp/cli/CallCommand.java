package io.polywire.wamp.cli;

import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.CallOptions;
import io.polywire.wamp.client.Result;
import io.polywire.wamp.client.WampClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code call}. */
@Command(
        name = "call",
        description = "Calls a procedure and prints the result.",
        footer = {"", "An ARG that is JSON is that value, anything else a text: call com.example.add 2 3"},
        mixinStandardHelpOptions = true)
final class CallCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Option(
            names = {"-k", "--kwarg"},
            paramLabel = "NAME=VALUE",
            description = "Named argument; may be given several times.")
    private List<String> named = List.of();

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Gives up after that time. Default: never")
    private double timeout;

    @Option(names = "--progress", description = "Prints progressive results as they come.")
    private boolean progress;

    @Option(names = "--disclose", description = "Lets the callee know who calls.")
    private boolean disclose;

    @Option(names = "--stdin", description = "Adds what standard input holds as the last argument: JSON, or else text.")
    private boolean stdin;

    @Parameters(index = "0", paramLabel = "PROCEDURE")
    private String procedure = "";

    @Parameters(index = "1..*", paramLabel = "ARG")
    private List<String> positional = List.of();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<String> values = positional;
        if (stdin) {
            values = new ArrayList<>(positional);
            values.add(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        }
        Arguments arguments = Values.arguments(values, named);
        CallOptions options = CallOptions.DEFAULT.withTimeout(Duration.ofMillis(Math.round(timeout * 1000)));
        if (progress) {
            options = options.withProgress(result -> print(out, result));
        }
        if (disclose) {
            options = options.withDiscloseMe();
        }
        try (WampClient client = target.connect()) {
            print(out, client.call(procedure, options, arguments).await());
        }
        return 0;
    }

    private void print(PrintWriter out, Result result) {
        if (target.json) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            if (result.isProgress()) {
                object.put("progress", true);
            }
            object.putAll(Values.object(result));
            out.println(Values.compact(object));
        } else if (!result.isEmpty()) {
            out.println(Values.lines(result));
        }
        out.flush();
    }
}
