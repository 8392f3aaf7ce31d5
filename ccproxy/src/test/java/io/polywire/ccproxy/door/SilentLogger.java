package io.polywire.ccproxy.door;

import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** A logger that forgets; errors, which no test should cause, go to standard error. */
final class SilentLogger implements System.Logger {
    @Override
    public String getName() {
        return "silent";
    }

    @Override
    public boolean isLoggable(Level level) {
        return level.compareTo(Level.ERROR) >= 0;
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
        if (isLoggable(level)) {
            System.err.println(message);
            if (thrown != null) {
                thrown.printStackTrace();
            }
        }
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... parameters) {
        if (isLoggable(level)) {
            System.err.println(java.text.MessageFormat.format(format, parameters));
        }
    }
}
