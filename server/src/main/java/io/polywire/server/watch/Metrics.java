package io.polywire.server.watch;

import io.polywire.router.Inspector;
import io.polywire.router.Latency;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The statistics in Prometheus' text format. Names are part of the interface: docs/operations.md. */
final class Metrics {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    /** Procedures that are shown one by one: those with most calls. */
    private static final int MOST_PROCEDURES = 200;

    private static final double[] BOUNDS = {0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10};

    private final List<MetricSnapshot> all = new ArrayList<>();

    private Metrics() {}

    /** A procedure's numbers, copied on its realm's thread. */
    private record Procedure(
            String realm, String uri, double calls, double errors, double seconds, List<Number> counts) {
        static Procedure of(String realm, Inspector.ProcedureView view) {
            Latency latency = view.latency();
            List<Number> counts = new ArrayList<>();
            long before = 0;
            for (double bound : BOUNDS) {
                long to = latency == null ? 0 : latency.atMost((long) (bound * 1e6));
                counts.add(to - before);
                before = to;
            }
            counts.add((latency == null ? 0 : latency.count()) - before);
            return new Procedure(
                    realm,
                    view.procedure(),
                    view.calls(),
                    view.errors(),
                    latency == null ? 0 : latency.sum() / 1e9,
                    counts);
        }

        Labels labels() {
            return Labels.of("realm", realm, "procedure", uri);
        }
    }

    /** Blocks until the realms have answered. */
    static byte[] text(Watch watch, String version) {
        Metrics metrics = new Metrics();
        metrics.server(watch.look(), version);
        metrics.procedures(watch.each(realm -> {
            List<Procedure> own = new ArrayList<>();
            realm.procedures(view -> {
                if (view.calls() > 0) {
                    own.add(Procedure.of(realm.name(), view));
                }
            });
            return own;
        }));
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            PrometheusTextFormatWriter.create().write(out, new MetricSnapshots(metrics.all));
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void server(Watch.Look look, String version) {
        all.add(InfoSnapshot.builder()
                .name("polywire")
                .help("What runs")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "version", version, "java", Runtime.version().toString()))
                        .build())
                .build());
        List<Inspector.Totals> realms = look.realms();
        gauge("polywire_sessions", "Sessions in a realm", realms, Inspector.Totals::sessions);
        gauge("polywire_registrations", "Registrations of a realm", realms, Inspector.Totals::registrations);
        gauge("polywire_subscriptions", "Subscriptions of a realm", realms, Inspector.Totals::subscriptions);
        gauge(
                "polywire_slow_peers",
                "Sessions that do not read what is sent to them",
                realms,
                Inspector.Totals::slowPeers);
        counter("polywire_sessions_joined", "Sessions that ever joined", realms, Inspector.Totals::joined);
        counter("polywire_calls", "Calls", realms, Inspector.Totals::calls);
        counter("polywire_errors", "Errors that the router itself answered", realms, Inspector.Totals::errors);
        counter("polywire_publications", "Publications", realms, Inspector.Totals::publications);
        counter("polywire_events", "Events queued for receivers", realms, Inspector.Totals::events);
        counter(
                "polywire_events_dropped",
                "Events that a receiver's full queue or size limit kept from it",
                realms,
                Inspector.Totals::droppedEvents);
        GaugeSnapshot.Builder connections =
                GaugeSnapshot.builder().name("polywire_connections").help("Connections at a door");
        look.connections()
                .forEach((door, count) -> connections.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(Labels.of("door", door))
                        .value((double) count)
                        .build()));
        all.add(connections.build());
        counter("polywire_connections_refused", "Connections closed because their address connects too often", (double)
                look.refusedConnections());
        counter("polywire_handshakes_refused", "Handshakes refused because their address makes too many", (double)
                look.refusedHandshakes());
        counter("polywire_spans_exported", "Spans that the collector of traces has taken", (double)
                look.spansExported());
        counter("polywire_spans_dropped", "Spans that were not sent, or that the collector did not take", (double)
                look.spansDropped());
        counter("polywire_received_bytes", "Octets received on all connections", (double) look.octetsIn());
        counter("polywire_sent_bytes", "Octets sent on all connections", (double) look.octetsOut());
        counter(
                "process_cpu_seconds",
                "Processor time used",
                look.process().cpu().toNanos() / 1e9);
        gauge("process_resident_memory_bytes", "Memory occupied", (double)
                look.process().residentBytes());
        gauge(
                "process_start_time_seconds",
                "When it started",
                look.process().started().toEpochMilli() / 1e3);
        gauge("jvm_heap_used_bytes", "Heap in use, garbage included", (double)
                look.process().heapBytes());
    }

    private void procedures(List<List<Procedure>> byRealm) {
        List<Procedure> most = byRealm.stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingDouble(Procedure::calls).reversed())
                .limit(MOST_PROCEDURES)
                .toList();
        CounterSnapshot.Builder errors = CounterSnapshot.builder()
                .name("polywire_procedure_errors")
                .help("Calls that were answered with an error");
        HistogramSnapshot.Builder latencies = HistogramSnapshot.builder()
                .name("polywire_procedure_seconds")
                .help("From INVOCATION to the callee's final answer");
        for (Procedure one : most) {
            errors.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(one.labels())
                    .value(one.errors())
                    .build());
            ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
            for (int i = 0; i < BOUNDS.length; i++) {
                buckets.bucket(BOUNDS[i], one.counts().get(i).longValue());
            }
            buckets.bucket(Double.POSITIVE_INFINITY, one.counts().getLast().longValue());
            latencies.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(one.labels())
                    .classicHistogramBuckets(buckets.build())
                    .sum(one.seconds())
                    .build());
        }
        all.add(errors.build());
        all.add(latencies.build());
    }

    private void gauge(
            String name, String help, List<Inspector.Totals> realms, ToDoubleFunction<Inspector.Totals> value) {
        GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
        realms.forEach(realm -> builder.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(Labels.of("realm", realm.realm()))
                .value(value.applyAsDouble(realm))
                .build()));
        all.add(builder.build());
    }

    private void counter(
            String name, String help, List<Inspector.Totals> realms, ToDoubleFunction<Inspector.Totals> value) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
        realms.forEach(realm -> builder.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(Labels.of("realm", realm.realm()))
                .value(value.applyAsDouble(realm))
                .build()));
        all.add(builder.build());
    }

    private void gauge(String name, String help, double value) {
        all.add(GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build());
    }

    private void counter(String name, String help, double value) {
        all.add(CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build());
    }
}
