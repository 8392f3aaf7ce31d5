package io.polywire.wamp.cli;

import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ping}. */
@Command(
        name = "ping",
        description = "Joins a realm and measures how long the router takes to answer.",
        mixinStandardHelpOptions = true)
final class PingCommand implements Callable<Integer> {
    /** Any answer will do, also the error that there is no such procedure: the router itself gives both. */
    private static final String PROCEDURE = "wamp.session.count";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Option(names = "--count", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
    private int count = 4;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        long start = System.nanoTime();
        try (WampClient client = target.connect()) {
            double joined = millis(start);
            double least = Double.MAX_VALUE;
            double most = 0;
            double sum = 0;
            for (int i = 0; i < count; i++) {
                double time = once(client);
                least = Math.min(least, time);
                most = Math.max(most, time);
                sum += time;
            }
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("agent", client.session().agent());
            result.put("realm", client.session().realm());
            result.put("session", client.session().id());
            result.put("authid", client.session().authid());
            result.put("authrole", client.session().authrole());
            result.put("join_ms", rounded(joined));
            result.put("min_ms", rounded(least));
            result.put("avg_ms", rounded(sum / count));
            result.put("max_ms", rounded(most));
            if (target.json) {
                out.println(Values.compact(result));
            } else {
                out.printf(
                        Locale.ROOT,
                        "%s, realm %s, as %s (%s)%njoined in %.2f ms; answers in %.2f / %.2f / %.2f ms (least, mean, most of %d)%n",
                        client.session().agent(),
                        client.session().realm(),
                        client.session().authid(),
                        client.session().authrole(),
                        joined,
                        least,
                        sum / count,
                        most,
                        count);
            }
        }
        return 0;
    }

    private static double once(WampClient client) {
        long start = System.nanoTime();
        try {
            client.call(PROCEDURE).await();
        } catch (WampException e) {
            if (!e.uri().equals("wamp.error.no_such_procedure") && !e.uri().equals("wamp.error.not_authorized")) {
                throw e;
            }
        }
        return millis(start);
    }

    private static double millis(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static double rounded(double millis) {
        return Math.round(millis * 1000) / 1000.0;
    }
}
