package io.polywire.server.yaml;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration file has errors; all that were found are named. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * One error.
     *
     * @param line from 1
     * @param column from 1
     * @param path of the key, such as {@code listeners[0].tls.key}; empty for the whole file
     * @param message the value and what was expected
     */
    public record Problem(int line, int column, String path, String message) {
        /** As a compiler would show it. */
        public String show(String file) {
            return file + ":" + line + ":" + column + ": " + (path.isEmpty() ? "" : path + ": ") + message;
        }
    }

    ConfigException(String file, List<Problem> problems) {
        super(problems.stream().map(p -> p.show(file)).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** In the order of the file. */
    public List<Problem> problems() {
        return problems;
    }
}
