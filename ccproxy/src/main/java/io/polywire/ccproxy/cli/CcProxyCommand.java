package io.polywire.ccproxy.cli;

import io.polywire.ccproxy.door.CcProxy;
import io.polywire.ccproxy.door.ListeningSocket;
import io.polywire.ccproxy.door.VmListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code polywire ccproxy}: the proxy as a program of its own, with the flags and defaults of the original. */
@Command(
        name = "ccproxy",
        mixinStandardHelpOptions = true,
        separator = "=",
        description = "Serves the cc-proxy API 2.0.0 on an AF_UNIX socket until SIGTERM or SIGINT.",
        footer = {
            "",
            "A listening socket passed by systemd (LISTEN_PID, LISTEN_FDS=1) is used in place of one at PATH.",
            "The log goes to standard error."
        })
public final class CcProxyCommand implements Callable<Integer> {
    /** Where the original listens when it is built for /usr. */
    static final String DEFAULT_SOCKET = "/var/run/cc-oci-runtime/proxy.sock";

    private static final String LOG_LEVEL = "CC_PROXY_LOG_LEVEL";

    private final Map<String, String> environment;
    private final PrintStream err;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "where to listen; " + DEFAULT_SOCKET + " unless told here or in the configuration")
    private @Nullable String socket;

    @Option(names = "--config", paramLabel = "FILE", description = "settings, in YAML; see docs/ccproxy.md")
    private @Nullable Path config;

    @Option(
            names = {"-v", "--v"},
            paramLabel = "N",
            description = "0 logs nothing but errors, 1 connections and payloads, 2 the I/O as well; " + LOG_LEVEL
                    + " in the environment does the same")
    private @Nullable Integer verbosity;

    private CcProxyCommand(Map<String, String> environment, PrintStream err) {
        this.environment = environment;
        this.err = err;
    }

    /** Runs until the process is told to end; returns its exit status. */
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(new CcProxyCommand(System.getenv(), err));
        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        return line.execute(args);
    }

    @Override
    public Integer call() throws InterruptedException {
        int level;
        Configuration configuration;
        ListeningSocket listening;
        try {
            level = verbosity != null ? verbosity : Integer.parseInt(environment.getOrDefault(LOG_LEVEL, "0"));
            configuration = config == null ? Configuration.defaults() : Configuration.read(config);
            listening = listen(configuration);
        } catch (NumberFormatException e) {
            err.println("init: " + LOG_LEVEL + ": " + environment.get(LOG_LEVEL) + " is not a number");
            return 1;
        } catch (IOException | IllegalArgumentException e) {
            err.println("init: " + e.getMessage());
            return 1;
        }
        System.Logger log = new StandardErrorLogger(err, level);
        CcProxy proxy = CcProxy.start(listening.descriptor(), configuration.settings(), log, VmListener.NONE);
        Thread hook = Thread.ofPlatform().unstarted(this::stopAndWait);
        Runtime.getRuntime().addShutdownHook(hook);
        log.log(Level.DEBUG, "serving {0}", listening.path() == null ? "a passed socket" : listening.path());
        stop.await();
        proxy.close();
        try {
            listening.removeFile();
        } catch (IOException e) {
            err.println("cannot remove " + e.getMessage());
        }
        stopped.countDown();
        return 0;
    }

    private ListeningSocket listen(Configuration configuration) throws IOException {
        ListeningSocket activated =
                ListeningSocket.activated(environment, ProcessHandle.current().pid());
        if (activated != null) {
            return activated;
        }
        String configured = configuration.socket();
        return ListeningSocket.open(socket != null ? socket : configured != null ? configured : DEFAULT_SOCKET);
    }

    /** Called while the process ends: it must not be over before everything is closed. */
    private void stopAndWait() {
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
