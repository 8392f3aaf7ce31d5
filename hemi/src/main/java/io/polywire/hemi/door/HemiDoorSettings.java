package io.polywire.hemi.door;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a door allows.
 *
 * @param path of the requests it takes, for example {@code /v1/ws}; slashes that come twice in a request count once
 * @param readLimit most octets of a message, its line feed counted
 * @param login who is let in; null for everybody, without a login
 * @param loginTimeout how long connecting clients may take for the login, before they are cut off
 * @param origins patterns ({@code *} and {@code ?}) of hosts from whose pages a browser may connect, beside the door's own;
 *     clients that send no Origin are always let in
 * @param concurrency requests that run at a time, in the whole door; more wait
 * @param requestTimeout how long a request may take before it is answered with an internal error
 * @param queueLimit octets that may wait for a client to read them; while more do, nothing is read from it
 */
public record HemiDoorSettings(
        String path,
        int readLimit,
        @Nullable Admission login,
        Duration loginTimeout,
        List<String> origins,
        int concurrency,
        Duration requestTimeout,
        int queueLimit) {
    public HemiDoorSettings {
        origins = List.copyOf(origins);
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path must start with /");
        }
        if (concurrency < 1 || readLimit < 1 || queueLimit < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** 131072 octets, no login, same origin only, 1000 requests, 30 s, a queue of 4 MiB. */
    public static HemiDoorSettings at(String path) {
        return new HemiDoorSettings(
                path, 131_072, null, Duration.ofSeconds(15), List.of(), 1000, Duration.ofSeconds(30), 4 << 20);
    }

    /** The same with a login. */
    public HemiDoorSettings withLogin(@Nullable Admission admission) {
        return new HemiDoorSettings(
                path, readLimit, admission, loginTimeout, origins, concurrency, requestTimeout, queueLimit);
    }

    /** The same with another bound for the login. */
    public HemiDoorSettings withLoginTimeout(Duration timeout) {
        return new HemiDoorSettings(path, readLimit, login, timeout, origins, concurrency, requestTimeout, queueLimit);
    }

    /** The same with other limits. */
    public HemiDoorSettings withLimits(int newReadLimit, int newConcurrency, int newQueueLimit) {
        return new HemiDoorSettings(
                path, newReadLimit, login, loginTimeout, origins, newConcurrency, requestTimeout, newQueueLimit);
    }

    /** The same with other origins. */
    public HemiDoorSettings withOrigins(String... patterns) {
        return new HemiDoorSettings(
                path, readLimit, login, loginTimeout, List.of(patterns), concurrency, requestTimeout, queueLimit);
    }

    /** The same with another bound for requests. */
    public HemiDoorSettings withRequestTimeout(Duration timeout) {
        return new HemiDoorSettings(path, readLimit, login, loginTimeout, origins, concurrency, timeout, queueLimit);
    }
}
