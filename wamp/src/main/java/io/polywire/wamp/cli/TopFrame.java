package io.polywire.wamp.cli;

import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The picture that {@code top} draws, as lines of text, from two looks at a server. */
final class TopFrame {
    private static final String[] ORDERS = {"rate", "errors and queues", "name"};

    /** What a server told at one time; counters only ever grow. */
    record Look(
            Map<String, @Nullable Object> stats,
            List<Map<String, @Nullable Object>> procedures,
            List<Map<String, @Nullable Object>> sessions) {
        double time() {
            return number(stats.get("time_ms")) / 1000;
        }

        Map<String, @Nullable Object> totals() {
            return ListCommands.map(stats.get("totals"));
        }

        Map<String, @Nullable Object> server() {
            return ListCommands.map(stats.get("server"));
        }
    }

    private final Look before;
    private final Look now;
    private final double seconds;
    private final int order;
    private final int width;
    private final List<String> lines = new ArrayList<>();

    private TopFrame(Look before, Look now, int order, int width) {
        this.before = before;
        this.now = now;
        this.seconds = Math.max(0.001, now.time() - before.time());
        this.order = Math.floorMod(order, ORDERS.length);
        this.width = width;
    }

    /**
     * Draws.
     *
     * @param order number of the order of rows; any number will do
     * @param width longest line
     * @param height most lines, at least 10
     */
    static List<String> of(Look before, Look now, int order, int width, int height) {
        TopFrame frame = new TopFrame(before, now, order, width);
        frame.head();
        int rows = height - frame.lines.size() - 4;
        frame.procedures(rows / 2);
        frame.add("");
        frame.sessions(rows - rows / 2);
        return frame.lines;
    }

    private void add(String format, Object... values) {
        String line = values.length == 0 ? format : String.format(Locale.ROOT, format, values);
        lines.add(line.length() > width ? line.substring(0, width) : line);
    }

    private void head() {
        Map<String, @Nullable Object> server = now.server();
        Map<String, @Nullable Object> totals = now.totals();
        long up = Math.round(now.time() - number(server.get("started_ms")) / 1000);
        add(
                "Polywire %s   up %d:%02d:%02d   %s   sorted by %s",
                server.get("version"),
                up / 3600,
                up % 3600 / 60,
                up % 60,
                LocalTime.now().truncatedTo(ChronoUnit.SECONDS),
                ORDERS[order]);
        add(
                "sessions %,.0f   procedures %,.0f   topics %,.0f   slow %,.0f   dropped %,.0f",
                number(totals.get("sessions")),
                number(totals.get("registrations")),
                number(totals.get("subscriptions")),
                number(totals.get("slow_peers")),
                number(totals.get("dropped_events")));
        add(
                "calls/s %,.1f   errors/s %,.1f   events/s %,.1f   in %s/s   out %s/s   cpu %.2f of %.0f   rss %s   heap %s",
                total("calls"),
                total("errors"),
                total("events"),
                size(total("bytes_in")),
                size(total("bytes_out")),
                (number(server.get("cpu_seconds")) - number(before.server().get("cpu_seconds"))) / seconds,
                number(server.get("cpus")),
                size(number(server.get("rss_bytes"))),
                size(number(server.get("heap_bytes"))));
        add("");
    }

    private double total(String counter) {
        return grown(before.totals(), now.totals(), counter);
    }

    private double grown(
            @Nullable Map<String, @Nullable Object> then, Map<String, @Nullable Object> row, String counter) {
        return then == null ? 0 : Math.max(0, number(row.get(counter)) - number(then.get(counter))) / seconds;
    }

    private void procedures(int rows) {
        Map<String, Map<String, @Nullable Object>> then = byKey(before.procedures(), "registration");
        String form = "%-" + Math.max(20, width - 62) + "s %10s %9s %8s %9s %9s %8s";
        add(form, "PROCEDURE", "CALLS/S", "ERRORS/S", "RUNNING", "P50 US", "P99 US", "CALLEES");
        Comparator<Map<String, @Nullable Object>> byOrder = switch (order) {
            case 0 -> most(p -> grown(then.get(key(p, "registration")), p, "calls"));
            case 1 -> most(p -> number(p.get("errors")));
            default -> Comparator.comparing(p -> String.valueOf(p.get("procedure")));
        };
        now.procedures().stream().sorted(byOrder).limit(Math.max(0, rows)).forEach(p -> {
            Map<String, @Nullable Object> last = then.get(key(p, "registration"));
            Map<String, @Nullable Object> latency = ListCommands.map(p.get("latency_us"));
            add(
                    form,
                    p.get("procedure"),
                    rate(grown(last, p, "calls")),
                    rate(grown(last, p, "errors")),
                    whole(p.get("in_progress")),
                    whole(latency.get("p50")),
                    whole(latency.get("p99")),
                    whole(p.get("callee_count")));
        });
    }

    private void sessions(int rows) {
        Map<String, Map<String, @Nullable Object>> then = byKey(before.sessions(), "session");
        String form = "%-17s %-" + Math.max(14, width - 80) + "s %-12s %-8s %9s %9s %10s %8s";
        add(form, "SESSION", "USER", "ROLE", "DOOR", "IN/S", "OUT/S", "QUEUE", "DROPPED");
        Comparator<Map<String, @Nullable Object>> byOrder = switch (order) {
            case 0 ->
                most(s -> grown(then.get(key(s, "session")), s, "messages_in")
                        + grown(then.get(key(s, "session")), s, "messages_out"));
            case 1 -> most(s -> number(s.get("queued_bytes")) + number(s.get("dropped")));
            default -> Comparator.comparing(s -> String.valueOf(s.get("authid")));
        };
        now.sessions().stream().sorted(byOrder).limit(Math.max(0, rows)).forEach(s -> {
            Map<String, @Nullable Object> last = then.get(key(s, "session"));
            add(
                    form,
                    s.get("session"),
                    s.get("authid"),
                    s.get("authrole"),
                    s.get("door"),
                    rate(grown(last, s, "messages_in")),
                    rate(grown(last, s, "messages_out")),
                    size(number(s.get("queued_bytes"))),
                    whole(s.get("dropped")));
        });
    }

    private interface Measure {
        double of(Map<String, @Nullable Object> row);
    }

    private static Comparator<Map<String, @Nullable Object>> most(Measure measure) {
        return Comparator.comparingDouble(row -> -measure.of(row));
    }

    private static String key(Map<String, @Nullable Object> row, String member) {
        return row.get("realm") + " " + row.get(member);
    }

    private static Map<String, Map<String, @Nullable Object>> byKey(
            List<Map<String, @Nullable Object>> rows, String member) {
        Map<String, Map<String, @Nullable Object>> map = new HashMap<>();
        rows.forEach(row -> map.put(key(row, member), row));
        return map;
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number n ? n.doubleValue() : 0;
    }

    private static String whole(@Nullable Object value) {
        return value instanceof Number n ? String.format(Locale.ROOT, "%,.0f", n.doubleValue()) : "";
    }

    private static String rate(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%,.1f" : "%,.0f", value);
    }

    private static String size(double octets) {
        String[] units = {"B", "KiB", "MiB", "GiB"};
        int unit = 0;
        double rest = octets;
        while (rest >= 1024 && unit < units.length - 1) {
            rest /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", rest, units[unit]);
    }
}
