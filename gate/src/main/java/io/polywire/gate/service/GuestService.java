package io.polywire.gate.service;

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
     * @param state what {@link GuestSession#state} returned when the instance was saved, null for a new one
     */
    GuestSession open(GuestLink link, byte @Nullable [] state);
}
