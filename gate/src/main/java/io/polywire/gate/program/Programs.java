package io.polywire.gate.program;

import io.polywire.gate.service.Catalog;
import io.polywire.gate.service.GuestService;
import io.polywire.wasm.Scheduler;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where programs run: one for a server. Has the scheduler's threads and the services that programs can discover.
 * Thread-safe.
 */
public final class Programs implements AutoCloseable {
    /** Length of a time slice in milliseconds. */
    private static final int SLICE = 5;

    private static final int MAX_NAME = 127;

    private final ProgramLimits limits;
    private final Map<String, GuestService> services = new HashMap<>();
    private final Scheduler scheduler;
    private final Set<Guest> running = ConcurrentHashMap.newKeySet();

    /**
     * Starts the threads.
     *
     * @param limits for all programs
     * @param services further services, besides origin and catalog
     * @param threads number of threads that run programs; 0: one for each processor
     * @throws IllegalArgumentException if a service's name cannot be one, or is taken
     */
    public Programs(ProgramLimits limits, List<GuestService> services, int threads) {
        this.limits = limits;
        this.services.put("origin", new Catalog(List.of())); // only so that nobody takes the name
        add(new Catalog(services));
        services.forEach(this::add);
        this.services.remove("origin");
        int n = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        this.scheduler = new Scheduler(n, SLICE);
    }

    private void add(GuestService service) {
        String name = service.name();
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_NAME || !name.codePoints().allMatch(Programs::isNameCharacter)) {
            throw new IllegalArgumentException("service name " + name);
        }
        if (services.putIfAbsent(name, service) != null) {
            throw new IllegalArgumentException("two services " + name);
        }
    }

    /** Letters, digits and punctuation. */
    private static boolean isNameCharacter(int c) {
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> Character.isLetterOrDigit(c);
        };
    }

    /** Limits of all programs. */
    public ProgramLimits limits() {
        return limits;
    }

    Map<String, GuestService> services() {
        return services;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /**
     * Makes an instance. Unless the launch says suspended, or it is a final snapshot, its status is RUNNING; it does not
     * do anything before {@link Guest#start}.
     *
     * @throws ProgramException 404 or 400 if the function cannot be its entry, 403 if there is no memory for it
     */
    public Guest create(Program program, Launch launch) {
        return new Guest(this, program, launch);
    }

    /** {@linkplain #create Makes} an instance and starts it. */
    public Guest launch(Program program, Launch launch) {
        Guest guest = create(program, launch);
        guest.start();
        return guest;
    }

    void running(Guest guest, boolean runs) {
        if (runs) {
            running.add(guest);
        } else {
            running.remove(guest);
        }
    }

    /** Number of instances that run now, waiting ones included. */
    public int running() {
        return running.size();
    }

    /** Kills what runs and ends the threads. */
    @Override
    public void close() {
        running.forEach(Guest::kill);
        scheduler.close();
    }
}
