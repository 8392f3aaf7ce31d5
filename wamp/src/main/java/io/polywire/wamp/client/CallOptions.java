package io.polywire.wamp.client;

import io.polywire.model.Dict;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to call. Change the {@link #DEFAULT} one step at a time:
 *
 * <pre>{@code
 * CallOptions patient = CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(5)).withProgress(r -> show(r));
 * }</pre>
 *
 * @param timeout the call fails with {@code wamp.error.timeout} when no answer, progressive ones included, came for so long;
 *     zero for never
 * @param discloseMe whether the callee may learn who calls
 * @param progress takes the progressive results, one after the other on a virtual thread, all before the call is complete; null
 *     to ask for none
 * @param passthru carries the payload opaque; null for the ordinary way
 * @param more further options for the wire
 */
public record CallOptions(
        Duration timeout,
        boolean discloseMe,
        @Nullable Consumer<Result> progress,
        @Nullable Passthru passthru,
        Dict more) {
    /** No timeout, no disclosure, no progressive results. */
    public static final CallOptions DEFAULT = new CallOptions(Duration.ZERO, false, null, null, Dict.EMPTY);

    public CallOptions {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("a timeout must not be negative: " + timeout);
        }
    }

    public CallOptions withTimeout(Duration limit) {
        return new CallOptions(limit, discloseMe, progress, passthru, more);
    }

    public CallOptions withDiscloseMe() {
        return new CallOptions(timeout, true, progress, passthru, more);
    }

    public CallOptions withProgress(Consumer<Result> consumer) {
        return new CallOptions(timeout, discloseMe, consumer, passthru, more);
    }

    public CallOptions withPassthru(Passthru mode) {
        return new CallOptions(timeout, discloseMe, progress, mode, more);
    }

    /** With a further option for the wire. */
    public CallOptions with(String option, Object value) {
        return new CallOptions(timeout, discloseMe, progress, passthru, more.with(option, Convert.toWire(value)));
    }

    Dict wire(boolean open) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(more.asMap());
        if (!timeout.isZero()) {
            map.put("timeout", Math.max(1, timeout.toMillis()));
        }
        if (discloseMe) {
            map.put("disclose_me", true);
        }
        if (progress != null) {
            map.put("receive_progress", true);
        }
        if (open) {
            map.put("progress", true);
        }
        if (passthru != null) {
            passthru.addTo(map);
        }
        return Dict.of(map);
    }
}
