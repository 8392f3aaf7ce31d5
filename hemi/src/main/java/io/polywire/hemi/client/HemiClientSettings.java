package io.polywire.hemi.client;

import io.polywire.hemi.login.LoginClient;
import io.polywire.hemi.login.SecretKey;
import io.polywire.hemi.message.CommandSet;
import io.polywire.net.Tls;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a client connects.
 *
 * @param url {@code ws}, {@code wss}, {@code http} or {@code https}
 * @param commands what is called and heard
 * @param login by which key; null for none
 * @param tls trust for {@code wss}; null for that of the system
 * @param readLimit most octets of a message from the server
 * @param connectTimeout for dialling, login and the server's first message together
 * @param firstRetry how long after a connection was lost it is tried again; doubles with every failure
 * @param longestRetry most time between two attempts
 */
public record HemiClientSettings(
        URI url,
        CommandSet commands,
        @Nullable LoginClient login,
        Tls.@Nullable Client tls,
        int readLimit,
        Duration connectTimeout,
        Duration firstRetry,
        Duration longestRetry) {
    /** No login, 524288 octets, 20 s to connect, again after 0.1 s up to 10 s. */
    public static HemiClientSettings of(URI url, CommandSet commands) {
        return new HemiClientSettings(
                url,
                commands,
                null,
                null,
                524_288,
                Duration.ofSeconds(20),
                Duration.ofMillis(100),
                Duration.ofSeconds(10));
    }

    /** The same with a login by this key. */
    public HemiClientSettings withLogin(SecretKey key) {
        return new HemiClientSettings(
                url, commands, new LoginClient(key), tls, readLimit, connectTimeout, firstRetry, longestRetry);
    }

    /** The same with other trust. */
    public HemiClientSettings withTls(Tls.Client trust) {
        return new HemiClientSettings(url, commands, login, trust, readLimit, connectTimeout, firstRetry, longestRetry);
    }

    /** The same with another bound for connecting. */
    public HemiClientSettings withConnectTimeout(Duration timeout) {
        return new HemiClientSettings(url, commands, login, tls, readLimit, timeout, firstRetry, longestRetry);
    }

    /** The same with another rhythm of attempts. */
    public HemiClientSettings withRetry(Duration first, Duration longest) {
        return new HemiClientSettings(url, commands, login, tls, readLimit, connectTimeout, first, longest);
    }

    /** The same with another read limit. */
    public HemiClientSettings withReadLimit(int octets) {
        return new HemiClientSettings(url, commands, login, tls, octets, connectTimeout, firstRetry, longestRetry);
    }
}
