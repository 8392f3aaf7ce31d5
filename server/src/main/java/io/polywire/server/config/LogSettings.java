package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The log.
 *
 * @param level from which on messages are logged
 * @param audit file that the audit log is appended to, one JSON object for each line; null: it goes to the log
 */
public record LogSettings(
        Level level, Format format, @Nullable Path audit) {
    /** Warnings, readable. */
    public static final LogSettings DEFAULT = new LogSettings(Level.WARN, Format.TEXT, null);

    /** From which on messages are logged. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }

    /** How a line looks. */
    public enum Format {
        /** For people. */
        TEXT,
        /** One object for each line. */
        JSON
    }

    static LogSettings read(Section s) {
        return new LogSettings(
                s.choice("level", Level.class, DEFAULT.level, "from which on messages are logged, on standard error"),
                s.choice("format", Format.class, DEFAULT.format, "how a line looks: for people, or one JSON object"),
                s.path(
                        "audit",
                        "file that logins, refusals, kills and reloads are appended to, one JSON object for each line;"
                                + " left out: they go to the log"));
    }

    /** The same with another level. */
    public LogSettings withLevel(Level other) {
        return new LogSettings(other, format, audit);
    }
}
