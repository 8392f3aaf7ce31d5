package io.polywire.gate.service;

import io.polywire.model.TraceContext;
import org.jspecify.annotations.Nullable;

/** A service's way to one program. Thread-safe; no method blocks. */
public interface GuestLink {
    /** Most bytes that the content of a packet may have. */
    int MAX_CONTENT = 65536 - 8;

    /** Owner of the instance, null if it is anonymous. */
    @Nullable
    String principal();

    /** Id of the instance, empty if it has none. */
    String instance();

    /** What its calls tell of the trace that they belong to; null: nothing. */
    default @Nullable TraceContext trace() {
        return null;
    }

    /** Sends a packet of the info domain. The service sees to it that not too many {@linkplain #queued wait}. */
    void info(byte[] content);

    /** Packets of this service that the program has not begun to read. */
    int queued();
}
