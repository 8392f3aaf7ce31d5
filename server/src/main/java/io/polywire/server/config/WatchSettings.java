package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import java.time.Duration;

/**
 * How a server is watched.
 *
 * @param log the log
 * @param metrics who may read them
 * @param slowCall calls that take at least so long are told to Flight Recorder
 */
public record WatchSettings(LogSettings log, MetricsSettings metrics, Duration slowCall) {
    /** What holds if nothing is said. */
    public static final WatchSettings DEFAULT =
            new WatchSettings(LogSettings.DEFAULT, MetricsSettings.DEFAULT, Duration.ofMillis(500));

    static WatchSettings read(Section root) {
        LogSettings log = root.section("log", "the log", LogSettings::read);
        MetricsSettings metrics = root.section("metrics", "who may read /metrics", MetricsSettings::read);
        Duration slowCall = root.duration(
                "slow_call",
                Duration.ofMillis(1),
                Duration.ofHours(1),
                DEFAULT.slowCall,
                "calls that take at least so long are told to Flight Recorder");
        return new WatchSettings(
                log == null ? DEFAULT.log : log, metrics == null ? DEFAULT.metrics : metrics, slowCall);
    }

    /** The same with another log. */
    public WatchSettings withLog(LogSettings other) {
        return new WatchSettings(other, metrics, slowCall);
    }
}
