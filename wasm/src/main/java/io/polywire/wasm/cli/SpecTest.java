package io.polywire.wasm.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Runs specification test scripts in the layout of wast2json: one folder per script with {@code NAME.json} and the
 * modules that it names.
 */
public final class SpecTest {
    /** Numbers of commands by result. */
    record Count(int passed, int failed, int skipped) {
        Count plus(Count other) {
            return new Count(passed + other.passed, failed + other.failed, skipped + other.skipped);
        }
    }

    private SpecTest() {}

    /**
     * Runs all scripts below a folder, printing a line for each and a total.
     *
     * @param only which scripts to run, by name
     * @param interpret whether to interpret everything instead of compiling
     * @return number of failed commands
     */
    public static int run(Path folder, Predicate<String> only, boolean interpret, PrintStream out) {
        Count total = new Count(0, 0, 0);
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> scripts = all.filter(Files::isDirectory).sorted().toList();
            for (Path script : scripts) {
                String name = String.valueOf(script.getFileName());
                Path json = script.resolve(name + ".json");
                if (Files.exists(json) && only.test(name)) {
                    total = total.plus(script(script, name, Files.readString(json), interpret, out));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println(total.passed() + " passed, " + total.failed() + " failed, " + total.skipped() + " skipped");
        return total.failed();
    }

    private static Count script(Path folder, String name, String json, boolean interpret, PrintStream out) {
        SpecScript script = new SpecScript(folder, interpret);
        script.run(json);
        out.println(
                name + ": " + script.passed() + " passed, " + script.failures().size() + " failed, " + script.skipped()
                        + " unsupported" + reasons(script.reasons()));
        script.failures().forEach(f -> out.println("  " + f));
        return new Count(script.passed(), script.failures().size(), script.skipped());
    }

    private static String reasons(Map<String, Integer> reasons) {
        if (reasons.isEmpty()) {
            return "";
        }
        StringBuilder s = new StringBuilder(" (");
        reasons.forEach((reason, n) ->
                s.append(s.length() > 2 ? ", " : "").append(reason).append(": ").append(n));
        return s.append(')').toString();
    }
}
