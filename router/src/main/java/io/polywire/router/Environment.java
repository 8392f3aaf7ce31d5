package io.polywire.router;

/** What a realm needs of the world. Called on the realm's thread; timers run there too. */
public interface Environment {
    /** A timer that was started and has not run. */
    interface Timer {
        /** Without effect after it ran. */
        void cancel();
    }

    /** Milliseconds since 1970, for dates that peers see. */
    long epochMillis();

    /** Nanoseconds since some moment, for durations. */
    default long nanos() {
        return epochMillis() * 1_000_000;
    }

    /** Uniformly random in 1 to 2^53. */
    long randomId();

    /** Uniformly random in 0 to bound - 1. */
    int random(int bound);

    /** Runs the task on the realm's thread so much later, at most some 10 ms late. */
    Timer schedule(long millis, Runnable task);
}
