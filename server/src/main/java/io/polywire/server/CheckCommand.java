package io.polywire.server;

import io.polywire.server.config.ConfigFile;
import io.polywire.server.config.ServerSettings;
import io.polywire.server.yaml.ConfigException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "check",
        description =
                "Checks a configuration file and names every error with line, column, key, value and what was expected.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {"", "Exit status: 0 there is no error, 1 there are some."})
final class CheckCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Configuration, in YAML.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ServerSettings settings;
        try {
            settings = ConfigFile.read(file);
        } catch (ConfigException e) {
            PrintWriter err = spec.commandLine().getErr();
            e.problems().forEach(problem -> err.println(problem.show(file.toString())));
            int count = e.problems().size();
            err.println(count + (count == 1 ? " error" : " errors"));
            return 1;
        }
        Advice.of(settings).forEach(line -> out.println("note: " + line));
        out.println(file + " has no errors");
        return 0;
    }
}
