package io.polywire.wamp.cli;

import io.polywire.wamp.client.WampClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code reload}. */
@Command(
        name = "reload",
        description = {
            "Lets a server read its configuration file again and apply what can be applied without ending sessions.",
            "Needs a role that is admin; the signal SIGHUP does the same without asking who it is."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit status: 0 it was applied, or partly needs a restart; 1 the file has errors and nothing was changed."
        })
final class ReloadCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Override
    public Integer call() {
        Object value;
        try (WampClient client = target.connect()) {
            value = client.call("polywire.reload").await().value();
        }
        PrintWriter out = spec.commandLine().getOut();
        if (target.json) {
            out.println(Values.compact(value));
            return 0;
        }
        Map<String, @Nullable Object> report = ListCommands.map(value);
        lines(report.get("applied")).forEach(line -> out.println("applied: " + line));
        lines(report.get("needs_restart")).forEach(line -> out.println("needs a restart: " + line));
        if (lines(report.get("applied")).isEmpty()
                && lines(report.get("needs_restart")).isEmpty()) {
            out.println("nothing has changed");
        }
        return 0;
    }

    private static List<?> lines(@Nullable Object list) {
        return list instanceof List<?> lines ? lines : List.of();
    }
}
