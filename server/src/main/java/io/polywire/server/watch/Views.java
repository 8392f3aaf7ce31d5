package io.polywire.server.watch;

import io.polywire.router.Inspector;
import io.polywire.router.Inspector.Totals;
import io.polywire.router.Latency;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Statistics as the procedures {@code polywire.*} tell them. Names of keys are part of the interface: docs/operations.md. */
final class Views {
    private Views() {}

    static Map<String, @Nullable Object> stats(Watch.Look look, String version) {
        ProcessFacts process = look.process();
        Map<String, @Nullable Object> server = new LinkedHashMap<>();
        server.put("version", version);
        server.put("java", Runtime.version().toString());
        server.put("pid", ProcessHandle.current().pid());
        server.put("started_ms", process.started().toEpochMilli());
        server.put("cpus", (long) process.processors());
        server.put("cpu_seconds", process.cpu().toMillis() / 1000.0);
        server.put("rss_bytes", process.residentBytes());
        server.put("heap_bytes", process.heapBytes());
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("time_ms", look.time());
        all.put("server", server);
        all.put("totals", totals(look));
        all.put("realms", look.realms().stream().map(Views::realm).toList());
        Map<String, Object> doors = new LinkedHashMap<>();
        look.connections().forEach((door, count) -> doors.put(door, (long) count));
        all.put("connections", doors);
        return all;
    }

    private static Map<String, Object> totals(Watch.Look look) {
        List<Totals> realms = look.realms();
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("sessions", sum(realms, Totals::sessions));
        totals.put("registrations", sum(realms, Totals::registrations));
        totals.put("subscriptions", sum(realms, Totals::subscriptions));
        totals.put("calls", sum(realms, Totals::calls));
        totals.put("errors", sum(realms, Totals::errors));
        totals.put("publications", sum(realms, Totals::publications));
        totals.put("events", sum(realms, Totals::events));
        totals.put("dropped_events", sum(realms, Totals::droppedEvents));
        totals.put("joined", sum(realms, Totals::joined));
        totals.put("slow_peers", sum(realms, Totals::slowPeers));
        totals.put("refused_connections", look.refusedConnections());
        totals.put("refused_handshakes", look.refusedHandshakes());
        totals.put("bytes_in", look.octetsIn());
        totals.put("bytes_out", look.octetsOut());
        return totals;
    }

    static long sum(List<Totals> realms, ToLongFunction<Totals> number) {
        return realms.stream().mapToLong(number).sum();
    }

    private static Map<String, Object> realm(Totals one) {
        Map<String, Object> realm = new LinkedHashMap<>();
        realm.put("realm", one.realm());
        realm.put("sessions", (long) one.sessions());
        realm.put("registrations", (long) one.registrations());
        realm.put("subscriptions", (long) one.subscriptions());
        realm.put("calls", one.calls());
        realm.put("errors", one.errors());
        realm.put("publications", one.publications());
        realm.put("events", one.events());
        realm.put("dropped_events", one.droppedEvents());
        realm.put("joined", one.joined());
        realm.put("slow_peers", (long) one.slowPeers());
        return realm;
    }

    /** The rows of a list that match the filter, up to the limit; and how many there are of them. */
    static final class Rows {
        private final String realm;
        private final String filter;
        private final int limit;
        private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        private long total;

        /** @param filter what one of a row's texts must contain, whatever the case; empty for all */
        Rows(String realm, String filter, int limit) {
            this.realm = realm;
            this.filter = filter.toLowerCase(Locale.ROOT);
            this.limit = limit;
        }

        private boolean wants(Object... texts) {
            boolean matches = filter.isEmpty();
            for (int i = 0; i < texts.length && !matches; i++) {
                matches = String.valueOf(texts[i]).toLowerCase(Locale.ROOT).contains(filter);
            }
            total += matches ? 1 : 0;
            return matches && rows.size() < limit;
        }

        /** The rows of several realms as one list. */
        static Map<String, @Nullable Object> together(String name, List<Rows> parts, int limit) {
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            all.put("total", parts.stream().mapToLong(part -> part.total).sum());
            all.put(
                    name,
                    parts.stream()
                            .flatMap(part -> part.rows.stream())
                            .limit(limit)
                            .toList());
            return all;
        }

        void add(Inspector.SessionView s) {
            String peer = String.valueOf(s.transport().getOrDefault("peer", ""));
            String transport = String.valueOf(s.transport().getOrDefault("type", ""));
            if (!wants(s.id(), realm, s.identity().authid(), s.identity().authrole(), s.door(), peer, transport)) {
                return;
            }
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("session", s.id());
            row.put("realm", realm);
            row.put("authid", s.identity().authid());
            row.put("authrole", s.identity().authrole());
            row.put("authmethod", s.identity().authmethod());
            row.put("door", s.door());
            row.put("transport", transport);
            row.put("peer", peer);
            row.put("since_ms", s.since());
            row.put("messages_in", s.messagesIn());
            row.put("messages_out", s.messagesOut());
            row.put("bytes_in", s.traffic().in());
            row.put("bytes_out", s.traffic().out());
            row.put("queued_bytes", s.traffic().queued());
            row.put("dropped", s.dropped());
            row.put("slow", s.slow());
            row.put("registrations", (long) s.registrations());
            row.put("subscriptions", (long) s.subscriptions());
            row.put("calls", (long) s.calls());
            row.put("invocations", (long) s.invocations());
            rows.add(row);
        }

        void add(Inspector.ProcedureView p) {
            if (!wants(p.procedure(), realm)) {
                return;
            }
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("registration", p.id());
            row.put("realm", realm);
            row.put("procedure", p.procedure());
            row.put("match", p.match().name().toLowerCase(Locale.ROOT));
            row.put("invoke", p.invoke());
            row.put("since_ms", p.created());
            row.put("callee_count", (long) p.calleeCount());
            row.put("callees", p.callees());
            row.put("calls", p.calls());
            row.put("errors", p.errors());
            row.put("in_progress", p.active());
            row.put("queued", (long) p.queued());
            row.put("latency_us", p.latency() == null ? null : latency(p.latency()));
            rows.add(row);
        }

        void add(Inspector.TopicView t) {
            if (!wants(t.topic(), realm)) {
                return;
            }
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("subscription", t.id());
            row.put("realm", realm);
            row.put("topic", t.topic());
            row.put("match", t.match().name().toLowerCase(Locale.ROOT));
            row.put("since_ms", t.created());
            row.put("subscriber_count", (long) t.subscribers());
            row.put("events", t.events());
            row.put("retained", t.retained());
            row.put("history", t.history());
            rows.add(row);
        }
    }

    private static Map<String, Object> latency(Latency latency) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("count", latency.count());
        all.put("mean", latency.count() == 0 ? 0 : (double) latency.sum() / latency.count() / 1000);
        all.put("p50", latency.percentile(0.5));
        all.put("p90", latency.percentile(0.9));
        all.put("p99", latency.percentile(0.99));
        all.put("max", latency.max());
        return all;
    }
}
