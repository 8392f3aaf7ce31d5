package io.polywire.server;

import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.server.access.Audit;
import io.polywire.server.config.ConfigFile;
import io.polywire.server.config.LogSettings;
import io.polywire.server.config.ServerSettings;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description = "Starts a router; SIGTERM or SIGINT stops it.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Without --config it runs with development defaults: it listens on this machine only, and the realm realm1 is open "
                    + "to everybody there."
        })
final class ServeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description =
                    "Address for HTTP, WebSocket and RawSocket; may be given several times. Port 0: a free one. Replaces the "
                            + "listeners of the configuration. Default: 127.0.0.1:8080")
    private List<String> listen = List.of();

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            description = "UNIX socket for the same; may be given several times.")
    private List<Path> unix = List.of();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder for what outlives the process. Default: a temporary one")
    private @Nullable Path data;

    @Option(names = "--config", paramLabel = "FILE", description = "Configuration, in YAML.")
    private @Nullable Path config;

    @Option(
            names = "--log",
            paramLabel = "LEVEL",
            description = "What goes to the log, which is standard error: ${COMPLETION-CANDIDATES}. Default: WARN")
    private LogSettings.@Nullable Level log;

    @Option(names = "--train", hidden = true, description = "Runs a moment for the ahead-of-time cache, then ends.")
    private boolean train;

    @Override
    public Integer call() throws InterruptedException {
        ServerSettings settings = settings();
        LogSetup.apply(log == null ? settings.log() : settings.log().withLevel(log), config != null);
        PrintWriter out = spec.commandLine().getOut();
        DataFolder folder = DataFolder.open(settings.data());
        Server server;
        try {
            server = Server.start(settings, config == null ? null : this::settings);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
        announce(out, server, folder);
        if (train) {
            Training.at(server.addresses().stream()
                    .filter(address -> address.what().startsWith("WAMP"))
                    .map(Server.Address::uri)
                    .toList());
            server.close();
            folder.close();
            Training.byConfiguration();
            return 0;
        }
        stopOnSignal(server, folder);
        if (config != null) {
            Signals.on("HUP", () -> Thread.startVirtualThread(() -> reload(server)));
        }
        new CountDownLatch(1).await(); // until the process is told to stop
        return 0;
    }

    /** What a reload did, or why not, is told as the start was. */
    private void reload(Server server) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Map<String, @Nullable Object> report = server.reload(Audit.Who.signal("SIGHUP"));
            String told =
                    listed("applied", report.get("applied")) + listed("needs a restart", report.get("needs_restart"));
            out.println(told.isEmpty() ? "reloaded: nothing has changed" : "reloaded" + told);
        } catch (RuntimeException e) {
            out.println("not reloaded: " + e.getMessage());
        }
        out.flush();
    }

    private static String listed(String what, @Nullable Object list) {
        return list instanceof List<?> all && !all.isEmpty()
                ? "; " + what + ": " + all.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : "";
    }

    private ServerSettings settings() {
        ServerSettings settings = config == null ? ServerSettings.development() : ConfigFile.read(config);
        List<ListenSettings> listeners = new ArrayList<>();
        for (String text : listen) {
            listeners.add(new ListenSettings(endpoint(text)));
        }
        for (Path path : unix) {
            listeners.add(new ListenSettings(new Endpoint.Unix(path)));
        }
        if (!listen.isEmpty()) {
            settings = settings.withListeners(listeners);
        } else if (!unix.isEmpty()) {
            listeners.addAll(0, settings.listeners());
            settings = settings.withListeners(listeners);
        }
        return data == null ? settings : settings.withData(data);
    }

    private Endpoint endpoint(String text) {
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--listen: " + e.getMessage(), e);
        }
    }

    private void announce(PrintWriter out, Server server, DataFolder folder) {
        out.println("Polywire " + Version.polywire() + " on Java "
                + Runtime.version().feature());
        if (config == null) {
            out.println("WARNING: development defaults: the realm realm1 is open to everybody who can connect; "
                    + "give --config FILE for anything else");
        }
        out.println(line("Data", folder.path() + (folder.temporary() ? " (deleted at the end)" : "")));
        server.addresses().forEach(address -> out.println(line(address.what(), address.uri())));
        long started = ManagementFactory.getRuntimeMXBean().getStartTime();
        out.println("ready in " + (System.currentTimeMillis() - started) + " ms");
        out.flush();
    }

    private static String line(String what, String value) {
        return String.format(Locale.ROOT, "%-21s%s", what, value);
    }

    /**
     * The JVM answers a signal by running its shutdown hooks and exiting with a status that tells of the signal; after a
     * clean stop it is to be 0.
     */
    private static void stopOnSignal(Server server, DataFolder folder) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            server.close();
                            folder.close();
                            Runtime.getRuntime().halt(0);
                        },
                        "polywire-stop"));
    }
}
