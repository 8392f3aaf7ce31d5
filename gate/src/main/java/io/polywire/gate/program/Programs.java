package io.polywire.gate.program;

import io.polywire.gate.service.GuestService;
import java.util.List;

/**
 * Where programs run: one for a server. Has the scheduler's threads and the services that programs can discover.
 * Thread-safe.
 */
public final class Programs implements AutoCloseable {
    /**
     * Starts the threads.
     *
     * @param limits for all programs; a {@link Program} checked with other limits is run with these
     * @param services further services, besides origin and catalog
     * @param threads number of threads that run programs; 0: one for each processor
     */
    public Programs(ProgramLimits limits, List<GuestService> services, int threads) {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes an instance and starts it.
     *
     * @throws ProgramException 404 or 400 if the function cannot be its entry, 403 if there is no memory for it
     */
    public Guest launch(Program program, Launch launch) {
        throw new UnsupportedOperationException();
    }

    /** Number of instances that run now, waiting ones included. */
    public int running() {
        throw new UnsupportedOperationException();
    }

    /** Kills what runs and ends the threads. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
