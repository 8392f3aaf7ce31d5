package io.polywire.server;

import io.polywire.server.config.ConfigFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "config",
        description = "Shows what a configuration file may hold.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class ConfigCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "one of default, schema is missing");
    }

    @Command(
            name = "default",
            description = "Prints a file that equals the development defaults, with a comment for each key.",
            mixinStandardHelpOptions = true)
    int defaults() {
        print(development());
        return 0;
    }

    @Command(
            name = "schema",
            description = "Prints the JSON schema of the file, by which editors complete and check it.",
            mixinStandardHelpOptions = true)
    int schema() {
        print(jsonSchema());
        return 0;
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    /** The development defaults as a file. */
    static String development() {
        try (InputStream in = ConfigFile.class.getResourceAsStream("development.yaml")) {
            if (in == null) {
                throw new IllegalStateException("the jar has no development.yaml");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String jsonSchema() {
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(ConfigFile.jsonSchema()) + "\n";
    }
}
