package io.polywire.server.watch;

import io.polywire.net.Loop;
import io.polywire.net.Loops;
import io.polywire.net.Rates;
import io.polywire.router.HostedRealm;
import io.polywire.router.Inspector;
import io.polywire.router.Realms;
import io.polywire.server.trace.Tracing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks all realms, each on its own thread, and puts together what they say. Thread-safe; everything blocks until the realms have
 * answered, so it is for virtual threads.
 */
public final class Watch {
    private static final long PATIENCE_SECONDS = 10;

    private final Realms realms;
    private final Loops loops;
    private final Map<String, IntSupplier> doors;
    private final Rates rates;
    private final @Nullable Tracing tracing;

    /**
     * @param doors how many connections each has, by name
     * @param rates that all listeners share
     * @param tracing null if nothing is followed
     */
    public Watch(Realms realms, Loops loops, Map<String, IntSupplier> doors, Rates rates, @Nullable Tracing tracing) {
        this.rates = rates;
        this.tracing = tracing;
        this.realms = realms;
        this.loops = loops;
        this.doors = Map.copyOf(doors);
    }

    /**
     * A server at one moment; numbers of what has happened only grow.
     *
     * @param time milliseconds since 1970
     * @param connections at each door
     * @param refusedConnections for being too many from their address
     * @param refusedHandshakes the same
     * @param spansExported that the collector has taken
     * @param spansDropped that it has not
     */
    record Look(
            long time,
            ProcessFacts process,
            List<Inspector.Totals> realms,
            Map<String, Integer> connections,
            long refusedConnections,
            long refusedHandshakes,
            long spansExported,
            long spansDropped,
            long octetsIn,
            long octetsOut) {}

    Look look() {
        List<Inspector.Totals> totals = each(Inspector::totals);
        long in = 0;
        long out = 0;
        for (Loop loop : loops.all()) {
            in += loop.octetsIn();
            out += loop.octetsOut();
        }
        Map<String, Integer> connections = new LinkedHashMap<>();
        doors.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(door -> connections.put(door.getKey(), door.getValue().getAsInt()));
        return new Look(
                System.currentTimeMillis(),
                ProcessFacts.now(),
                totals,
                connections,
                rates.refusedConnections(),
                rates.refusedHandshakes(),
                tracing == null ? 0 : tracing.exported(),
                tracing == null ? 0 : tracing.dropped(),
                in,
                out);
    }

    /** What each realm says, in the order of their names. */
    <T> List<T> each(Function<Inspector, T> question) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        realms.all().stream()
                .sorted(Comparator.comparing(realm -> realm.realm().name()))
                .forEach(realm -> answers.add(ask(realm, question)));
        return answers.stream().map(Watch::await).toList();
    }

    private static <T> CompletableFuture<T> ask(HostedRealm realm, Function<Inspector, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        realm.run(() -> {
            try {
                answer.complete(question.apply(new Inspector(realm.realm())));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("a realm did not answer", e.getCause());
        }
    }
}
