package io.polywire.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.polywire.server.config.LogSettings;
import org.slf4j.LoggerFactory;

/**
 * The log: to standard error, warnings and worse unless told otherwise. Found by logback through its service file, which is
 * much quicker than reading XML.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String CONSOLE = "console";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(console(context, text(context)));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{1}: %msg%n");
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithArguments(false);
        encoder.setWithContext(false);
        encoder.setWithMessage(false); // the text with its arguments in place
        encoder.setWithFormattedMessage(true);
        encoder.setWithNanoseconds(false);
        encoder.setWithSequenceNumber(false);
        encoder.start();
        return encoder;
    }

    private static Appender<ILoggingEvent> console(LoggerContext context, Encoder<ILoggingEvent> encoder) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setName(CONSOLE);
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        return console;
    }

    /**
     * Logs as the settings say.
     *
     * @param audit whether the audit log is seen whatever the level
     */
    static void apply(LogSettings settings, boolean audit) {
        level(settings.level());
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (settings.format() == LogSettings.Format.JSON) {
            root.detachAppender(CONSOLE);
            root.addAppender(console(root.getLoggerContext(), json(root.getLoggerContext())));
        }
        if (audit) {
            ((Logger) LoggerFactory.getLogger("io.polywire.audit")).setLevel(Level.INFO);
        }
    }

    /** Sets the level from which on messages of Polywire are logged; libraries stay at warnings. */
    static void level(LogSettings.Level level) {
        ((Logger) LoggerFactory.getLogger("io.polywire")).setLevel(Level.valueOf(level.name()));
    }
}
