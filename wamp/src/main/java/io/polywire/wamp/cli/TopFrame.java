package io.polywire.wamp.cli;

import java.time.LocalTime;
import java.time.ZoneId;
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

    /** An object with members, some of which may be missing. */
    record Row(Map<String, @Nullable Object> members) {
        static Row of(@Nullable Object value) {
            return new Row(ListCommands.map(value));
        }

        String text(String member) {
            Object value = members.get(member);
            return value == null ? "" : value.toString();
        }

        double number(String member) {
            return members.get(member) instanceof Number n ? n.doubleValue() : 0;
        }

        String whole(String member) {
            return members.get(member) instanceof Number n ? String.format(Locale.ROOT, "%,.0f", n.doubleValue()) : "";
        }

        Row row(String member) {
            return of(members.get(member));
        }

        /** What tells it from others of its kind; the realms count on their own. */
        String key(String member) {
            return text("realm") + " " + text(member);
        }
    }

    /** What a server told at one time; counters only ever grow. */
    record Look(Row stats, List<Row> procedures, List<Row> sessions) {
        double time() {
            return stats.number("time_ms") / 1000;
        }

        Row totals() {
            return stats.row("totals");
        }

        Row server() {
            return stats.row("server");
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

    private void add(String line) {
        lines.add(line.length() > width ? line.substring(0, width) : line);
    }

    private void head() {
        Row server = now.server();
        Row totals = now.totals();
        long up = Math.round(now.time() - server.number("started_ms") / 1000);
        add(String.format(
                Locale.ROOT,
                "Polywire %s   up %d:%02d:%02d   %s   sorted by %s",
                server.text("version"),
                up / 3600,
                up % 3600 / 60,
                up % 60,
                LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS),
                ORDERS[order]));
        add(String.format(
                Locale.ROOT,
                "sessions %,.0f   procedures %,.0f   topics %,.0f   slow %,.0f   dropped %,.0f",
                totals.number("sessions"),
                totals.number("registrations"),
                totals.number("subscriptions"),
                totals.number("slow_peers"),
                totals.number("dropped_events")));
        add(String.format(
                Locale.ROOT,
                "calls/s %,.1f   errors/s %,.1f   events/s %,.1f   in %s/s   out %s/s   cpu %.2f of %.0f   rss %s   heap %s",
                total("calls"),
                total("errors"),
                total("events"),
                size(total("bytes_in")),
                size(total("bytes_out")),
                (server.number("cpu_seconds") - before.server().number("cpu_seconds")) / seconds,
                server.number("cpus"),
                size(server.number("rss_bytes")),
                size(server.number("heap_bytes"))));
        add("");
    }

    private double total(String counter) {
        return grown(before.totals(), now.totals(), counter);
    }

    private double grown(@Nullable Row then, Row row, String counter) {
        return then == null ? 0 : Math.max(0, row.number(counter) - then.number(counter)) / seconds;
    }

    private void procedures(int rows) {
        Map<String, Row> then = byKey(before.procedures(), "registration");
        String form = "%-" + Math.max(20, width - 62) + "s %10s %9s %8s %9s %9s %8s";
        add(String.format(
                Locale.ROOT, form, "PROCEDURE", "CALLS/S", "ERRORS/S", "RUNNING", "P50 US", "P99 US", "CALLEES"));
        Comparator<Row> byOrder = switch (order) {
            case 0 -> most(p -> grown(then.get(p.key("registration")), p, "calls"));
            case 1 -> most(p -> p.number("errors"));
            default -> Comparator.comparing(p -> p.text("procedure"));
        };
        now.procedures().stream().sorted(byOrder).limit(Math.max(0, rows)).forEach(p -> {
            Row last = then.get(p.key("registration"));
            Row latency = p.row("latency_us");
            add(String.format(
                    Locale.ROOT,
                    form,
                    p.text("procedure"),
                    rate(grown(last, p, "calls")),
                    rate(grown(last, p, "errors")),
                    p.whole("in_progress"),
                    latency.whole("p50"),
                    latency.whole("p99"),
                    p.whole("callee_count")));
        });
    }

    private void sessions(int rows) {
        Map<String, Row> then = byKey(before.sessions(), "session");
        String form = "%-17s %-" + Math.max(14, width - 80) + "s %-12s %-8s %9s %9s %10s %8s";
        add(String.format(Locale.ROOT, form, "SESSION", "USER", "ROLE", "DOOR", "IN/S", "OUT/S", "QUEUE", "DROPPED"));
        Comparator<Row> byOrder = switch (order) {
            case 0 ->
                most(s -> grown(then.get(s.key("session")), s, "messages_in")
                        + grown(then.get(s.key("session")), s, "messages_out"));
            case 1 -> most(s -> s.number("queued_bytes") + s.number("dropped"));
            default -> Comparator.comparing(s -> s.text("authid"));
        };
        now.sessions().stream().sorted(byOrder).limit(Math.max(0, rows)).forEach(s -> {
            Row last = then.get(s.key("session"));
            add(String.format(
                    Locale.ROOT,
                    form,
                    s.text("session"),
                    s.text("authid"),
                    s.text("authrole"),
                    s.text("door"),
                    rate(grown(last, s, "messages_in")),
                    rate(grown(last, s, "messages_out")),
                    size(s.number("queued_bytes")),
                    s.whole("dropped")));
        });
    }

    private interface Measure {
        double of(Row row);
    }

    private static Comparator<Row> most(Measure measure) {
        return Comparator.comparingDouble(row -> -measure.of(row));
    }

    private static Map<String, Row> byKey(List<Row> rows, String member) {
        Map<String, Row> map = new HashMap<>();
        rows.forEach(row -> map.put(row.key(member), row));
        return map;
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
