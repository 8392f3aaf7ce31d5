package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How calls and publications are followed.
 *
 * @param sample which part of those that come without a trace begins one, 0 to 1
 * @param collector where spans are sent; null: they are told to Flight Recorder only
 * @param authorization value of that header for the collector; null: none
 * @param service name of this server in traces
 * @param queue spans that wait to be sent; more are dropped and counted
 */
public record TraceSettings(
        double sample, @Nullable URI collector, @Nullable String authorization, String service, int queue) {
    /** Only what comes with a trace is followed, for Flight Recorder. */
    public static final TraceSettings DEFAULT = new TraceSettings(0, null, null, "polywire", 8192);

    static TraceSettings read(Section s) {
        return new TraceSettings(
                s.parsed(
                        "sample",
                        "a number from 0 to 1 such as 0.01",
                        TraceSettings::fraction,
                        DEFAULT.sample,
                        "which part of the calls and publications that come without a trace begins one"),
                s.parsed(
                        "collector",
                        "an address such as http://127.0.0.1:4318/v1/traces",
                        TraceSettings::address,
                        "where spans are sent, as OTLP over HTTP in JSON; left out: they are told to Flight Recorder only"),
                s.secret("authorization", text -> false, "value of the header Authorization for the collector"),
                s.text("service", DEFAULT.service, "name of this server in traces"),
                s.number(
                        "queue",
                        1,
                        1_000_000,
                        DEFAULT.queue,
                        "spans that wait to be sent; more are dropped and counted"));
    }

    private static Double fraction(String text) {
        double value = Double.parseDouble(text);
        if (!(value >= 0 && value <= 1)) {
            throw new NumberFormatException(); // the expectation says it all
        }
        return value;
    }

    private static URI address(String text) {
        URI uri = URI.create(text);
        if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new IllegalArgumentException("its scheme is http or https, and it has a host");
        }
        return uri;
    }

    @Override
    public String toString() {
        return "TraceSettings[sample=" + sample + ", collector=" + collector + ", service=" + service + "]";
    }
}
