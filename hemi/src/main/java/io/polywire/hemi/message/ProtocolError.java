package io.polywire.hemi.message;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/**
 * The member {@code error} of a response.
 *
 * @param timestamp when it was made, Unix time in seconds
 * @param trace sixteen hexadecimal digits that also stand in the log of whoever made it; empty for none
 * @param message what went wrong
 */
public record ProtocolError(
        long timestamp, @Wire(omitEmpty = true) String trace, String message) {
    /** The message of every internal error; nothing of the cause is told. */
    public static final String INTERNAL = "internal error";

    private static final SecureRandom RANDOM = new SecureRandom();

    /** The caller's fault: told as it is, without a trace, and not logged. */
    public static ProtocolError request(String message) {
        return new ProtocolError(now(), "", message);
    }

    /** An error that is told as it is and can be found in the log by its trace. */
    public static ProtocolError traced(String message) {
        byte[] trace = new byte[8];
        RANDOM.nextBytes(trace);
        return new ProtocolError(now(), HexFormat.of().formatHex(trace), message);
    }

    /** A fault on this side; log its cause with {@link #logText}. */
    public static ProtocolError internal() {
        return traced(INTERNAL);
    }

    /** Whether whoever made it kept the cause to itself. */
    public boolean isInternal() {
        return message.equals(INTERNAL) && !trace.isEmpty();
    }

    /** The line for the log of whoever made the error: {@code <cause> [<timestamp>:<trace>]}. */
    public String logText(String cause) {
        return cause + " [" + timestamp + ":" + trace + "]";
    }

    /** A payload of nothing but this error, in JSON. */
    public String payload() {
        JsonText out = new JsonText();
        out.begin('{');
        out.name("error");
        RecordType.of(ProtocolError.class).write(out, this, null);
        out.end('}');
        return new String(out.toByteArray(), StandardCharsets.UTF_8);
    }

    private static long now() {
        return Instant.now().getEpochSecond();
    }

    /** The message; with a trace, {@code message [trace:timestamp]}. */
    @Override
    public String toString() {
        return trace.isEmpty() ? message : message + " [" + trace + ":" + timestamp + "]";
    }
}
