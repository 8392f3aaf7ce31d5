package io.polywire.server.config;

import io.polywire.net.Rates;
import io.polywire.server.yaml.Section;
import io.polywire.wamp.auth.Attempts;
import java.time.Duration;

/**
 * What holds strangers off.
 *
 * @param attempts how often authentication may fail
 * @param rates how often an address may connect
 */
public record GuardSettings(Attempts.Limits attempts, Rates.Limits rates) {
    static final GuardSettings DEFAULT = new GuardSettings(Attempts.Limits.DEFAULT, Rates.Limits.DEFAULT);

    /** This machine may do as it likes. */
    static final GuardSettings DEVELOPMENT =
            new GuardSettings(Attempts.Limits.DEFAULT, Rates.Limits.DEFAULT.withExemptLoopback(true));

    static GuardSettings read(Section root) {
        Attempts.Limits attempts = root.section("attempts", "how often authentication may fail", AttemptSection::read);
        Rates.Limits rates = root.section("rates", "how often an address may connect", GuardSettings::rates);
        return new GuardSettings(attempts == null ? DEFAULT.attempts : attempts, rates == null ? DEFAULT.rates : rates);
    }

    private static Rates.Limits rates(Section s) {
        Rates.Limits d = Rates.Limits.DEFAULT;
        int most = 1_000_000;
        return new Rates.Limits(
                s.number(
                        "connections",
                        0,
                        most,
                        d.connections(),
                        "connections of an address (IPv6: a network of 64 bits) in a window; more are closed at once;"
                                + " 0 for any number"),
                s.number(
                        "handshakes",
                        0,
                        most,
                        d.handshakes(),
                        "the same for handshakes of WebSocket and RawSocket; more are refused with an answer"),
                s.duration("window", Duration.ofSeconds(1), Duration.ofDays(1), d.window(), "the window"),
                s.flag("exempt_loopback", d.exemptLoopback(), "whether addresses of this machine are not counted"));
    }
}
