package io.polywire.gate.service;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service that programs can discover by name. Thread-safe. */
public interface GuestService {
    /**
     * Name under which it is discovered: 1 to 127 bytes of UTF-8. Services that are built in have no dash, dot or colon
     * before the first slash.
     */
    String name();

    /** Its revision, for the catalog. */
    default String revision() {
        return "0";
    }

    /**
     * An instance discovers the service, or goes on after a restart having done so.
     *
     * @param link the way to the program; stays valid until {@link GuestSession#close}
     * @param saved null for a new instance
     * @throws IllegalArgumentException if the saved state is damaged; the instance is then not restored
     */
    GuestSession open(GuestLink link, @Nullable Saved saved);

    /**
     * What the service had for an instance that was saved.
     *
     * @param state what {@link GuestSession#state} returned; not to be trusted, it may come from anybody
     * @param pending calls that were not answered then, the oldest first; to be answered now
     */
    @SuppressWarnings("ArrayRecordComponent") // octets on their way, never compared
    record Saved(byte[] state, List<GuestCall> pending) {}
}
