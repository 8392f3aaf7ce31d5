package io.polywire.server;

import io.polywire.model.InvalidArgument;
import io.polywire.router.RealmProcedure;
import io.polywire.server.access.Audit;
import io.polywire.server.config.LogSettings;
import io.polywire.server.config.ServerSettings;
import io.polywire.server.watch.Administration;
import io.polywire.server.yaml.ConfigException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What administrators can tell a server. Thread-safe: one at a time. */
final class ServerControl implements Administration.Control {
    /** The answer if the file has errors. */
    static final String CONFIG_ERROR = "polywire.error.configuration";

    private final Audit audit;
    private final @Nullable Supplier<ServerSettings> file;
    private final Consumer<Reload> apply;
    private ServerSettings now;

    /**
     * @param now what is in force
     * @param file reads the configuration again; null if there is none
     * @param apply does what a reload says
     */
    ServerControl(ServerSettings now, @Nullable Supplier<ServerSettings> file, Audit audit, Consumer<Reload> apply) {
        this.now = now;
        this.file = file;
        this.audit = audit;
        this.apply = apply;
    }

    @Override
    public synchronized Map<String, @Nullable Object> reload(Audit.Who who) {
        if (file == null) {
            throw new RealmProcedure.Failure(CONFIG_ERROR, "the server was started without a configuration file");
        }
        Reload reload;
        try {
            reload = Reload.of(now, file.get());
        } catch (ConfigException e) {
            audit.note("reload", who, "the file has errors: nothing was changed");
            throw new RealmProcedure.Failure(CONFIG_ERROR, String.valueOf(e.getMessage()));
        }
        apply.accept(reload);
        now = reload.settings();
        audit.note(
                "reload",
                who,
                null,
                "applied",
                String.join("; ", reload.applied()),
                "needs_restart",
                String.join("; ", reload.needsRestart()));
        Map<String, @Nullable Object> report = new LinkedHashMap<>();
        report.put("applied", reload.applied());
        report.put("needs_restart", reload.needsRestart());
        return report;
    }

    @Override
    public void logLevel(String level, Audit.Who who) {
        try {
            LogSetup.level(LogSettings.Level.valueOf(level.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("level must be error, warn, info or debug");
        }
        audit.note("log level", who, null, "level", level);
    }

    @Override
    public void killed(String realm, long session, String reason, Audit.Who who) {
        audit.note("kill", who, reason, "killed_realm", realm, "killed_session", session);
    }
}
