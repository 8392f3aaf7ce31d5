package io.polywire.wamp.cli;

import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.Event;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.RegisterOptions;
import io.polywire.wamp.client.WampClient;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench}. Latencies include this program's own time. */
@Command(
        name = "bench",
        description = "Measures calls (rpc), events (pubsub) or joins (connect): rates and latency percentiles.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Parameters(paramLabel = "KIND", description = "rpc, pubsub or connect")
    private String kind = "";

    @Option(
            names = "--clients",
            paramLabel = "N",
            description = "Callers, subscribers or joiners. Default: ${DEFAULT-VALUE}")
    private int clients = 4;

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "Calls or events under way at once, for each. Default: ${DEFAULT-VALUE}")
    private int window = 16;

    @Option(names = "--size", paramLabel = "BYTES", description = "Payload. Default: ${DEFAULT-VALUE}")
    private int size = 64;

    @Option(names = "--seconds", paramLabel = "S", description = "Length of the measurement. Default: ${DEFAULT-VALUE}")
    private double seconds = 5;

    @Option(names = "--warm", paramLabel = "S", description = "Unmeasured time before it. Default: ${DEFAULT-VALUE}")
    private double warm = 2;

    @Option(names = "--histogram", description = "Prints how the latencies are distributed.")
    private boolean histogram;

    private final String uri =
            "polywire.bench.x" + Long.toHexString(ThreadLocalRandom.current().nextLong());

    @Override
    public Integer call() throws InterruptedException {
        if (clients < 1 || window < 1 || size < 0 || seconds <= 0 || warm < 0) {
            throw new ParameterException(spec.commandLine(), "counts and times must be positive");
        }
        Latencies latencies = new Latencies();
        switch (kind) {
            case "rpc" -> rpc(latencies);
            case "pubsub" -> pubsub(latencies);
            case "connect" -> connect(latencies);
            default ->
                throw new ParameterException(spec.commandLine(), "KIND is rpc, pubsub or connect, not '" + kind + "'");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(target.json ? Values.compact(latencies.json(kind)) : latencies.text(kind, histogram));
        return latencies.failures() == 0 ? 0 : 1;
    }

    private void measured(Latencies latencies) throws InterruptedException {
        Thread.sleep(Math.round(warm * 1000));
        latencies.start();
        Thread.sleep(Math.round(seconds * 1000));
        latencies.stop();
    }

    private void rpc(Latencies latencies) throws InterruptedException {
        List<WampClient> open = new ArrayList<>();
        try (WampClient callee = target.connect()) {
            callee.register(uri, RegisterOptions.DEFAULT, call -> call).await();
            byte[] payload = new byte[size];
            for (int i = 0; i < clients; i++) {
                WampClient caller = target.connect();
                open.add(caller);
                for (int k = 0; k < window; k++) {
                    next(caller, payload, latencies);
                }
            }
            measured(latencies);
        } finally {
            open.forEach(WampClient::close);
        }
    }

    /** Calls, and again when the answer is there, until the measurement is over. */
    private void next(WampClient caller, byte[] payload, Latencies latencies) {
        long start = System.nanoTime();
        var _ = caller.call(uri, (Object) payload).future().whenComplete((result, failure) -> {
            if (latencies.over()) {
                return;
            }
            if (failure != null) {
                latencies.failed();
            } else {
                latencies.ended(start);
                next(caller, payload, latencies);
            }
        });
    }

    private void pubsub(Latencies latencies) throws InterruptedException {
        List<WampClient> open = new ArrayList<>();
        Semaphore credit = new Semaphore(window);
        try (WampClient publisher = target.connect()) {
            for (int i = 0; i < clients; i++) {
                boolean last = i == clients - 1;
                WampClient subscriber = target.connect();
                open.add(subscriber);
                subscriber
                        .subscribe(uri, event -> received(event, last ? credit : null, latencies))
                        .await();
            }
            byte[] payload = new byte[size];
            Thread sender = Thread.startVirtualThread(() -> send(publisher, payload, credit, latencies));
            measured(latencies);
            sender.interrupt();
            sender.join();
        } finally {
            open.forEach(WampClient::close);
        }
    }

    private static void received(Event event, @Nullable Semaphore credit, Latencies latencies) {
        latencies.ended(event.integer(0));
        if (credit != null) {
            credit.release();
        }
    }

    private void send(WampClient publisher, byte[] payload, Semaphore credit, Latencies latencies) {
        try {
            while (!latencies.over()) {
                credit.acquire();
                publisher.publish(uri, PublishOptions.DEFAULT, Arguments.of(System.nanoTime(), payload));
            }
        } catch (InterruptedException e) {
            // The measurement is over.
        }
    }

    private void connect(Latencies latencies) throws InterruptedException {
        CountDownLatch left = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            Thread.startVirtualThread(() -> {
                try {
                    while (!latencies.over()) {
                        long start = System.nanoTime();
                        WampClient client = target.connect();
                        latencies.ended(start);
                        client.close();
                    }
                } catch (RuntimeException e) {
                    latencies.failed();
                } finally {
                    left.countDown();
                }
            });
        }
        measured(latencies);
        left.await();
    }
}
