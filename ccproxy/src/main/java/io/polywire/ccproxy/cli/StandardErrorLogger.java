package io.polywire.ccproxy.cli;

import java.io.PrintStream;
import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** Writes log lines to a stream. Verbosity 0 is nothing but errors, 1 connections and payloads, 2 the I/O as well. */
record StandardErrorLogger(PrintStream err, int verbosity) implements System.Logger {
    @Override
    public String getName() {
        return "ccproxy";
    }

    @Override
    public boolean isLoggable(Level level) {
        Level least = switch (verbosity) {
            case 0 -> Level.WARNING;
            case 1 -> Level.DEBUG;
            default -> Level.TRACE;
        };
        return level.compareTo(least) >= 0;
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
        if (isLoggable(level)) {
            err.println(message);
            if (thrown != null) {
                thrown.printStackTrace(err);
            }
        }
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... parameters) {
        if (isLoggable(level)) {
            err.println(MessageFormat.format(format, parameters));
        }
    }
}
