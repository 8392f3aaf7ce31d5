package io.polywire.gate.host;

import io.polywire.gate.program.ProgramLimits;
import java.time.Duration;

/**
 * How programs are hosted.
 *
 * @param programs limits of each program
 * @param limits of each principal
 * @param interrupted what becomes of instances that ran when the server was stopped
 * @param saveInterval how often running instances are saved; zero: only when they stop
 */
public record HostSettings(ProgramLimits programs, Limits limits, Interrupted interrupted, Duration saveInterval) {
    /** The default limits; interrupted instances are resumed, running ones saved each minute. */
    public static final HostSettings DEFAULT =
            new HostSettings(ProgramLimits.DEFAULT, Limits.DEFAULT, Interrupted.RESUME, Duration.ofMinutes(1));

    /** The same with other limits of principals. */
    public HostSettings withLimits(Limits other) {
        return new HostSettings(programs, other, interrupted, saveInterval);
    }

    /** The same with another rule for interrupted instances. */
    public HostSettings withInterrupted(Interrupted other) {
        return new HostSettings(programs, limits, other, saveInterval);
    }

    /** The same, but saved at other intervals. */
    public HostSettings withSaveInterval(Duration other) {
        return new HostSettings(programs, limits, interrupted, other);
    }
}
