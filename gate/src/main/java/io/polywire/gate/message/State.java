package io.polywire.gate.message;

/** What an instance is doing. The order is that of the numbers in debug answers, which begin with 1. */
public enum State {
    RUNNING,
    /** Stopped in the middle; can be resumed. */
    SUSPENDED,
    /** Ended; may be resumed with another function. */
    HALTED,
    /** Ended for good. */
    TERMINATED,
    /** Ended by force or by a fault, which the {@link Cause} names. */
    KILLED;

    /** The number that stands for this state in debug answers. */
    public int number() {
        return ordinal() + 1;
    }
}
