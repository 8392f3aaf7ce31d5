package io.polywire.router;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest events of one history, numbered from 1 on, within the bounds of its rule and of its store. Not thread-safe:
 * whoever shares it guards it.
 */
public final class EventLog {
    /** What an event takes beside its topic and payload, about. */
    private static final int OVERHEAD = 128;

    private final ArrayDeque<EventStore.Kept> events = new ArrayDeque<>(2);
    private long first = 1;
    private long octets;

    /** Goes on with numbers from there on. */
    public void startAt(long number) {
        if (events.isEmpty()) {
            first = number;
        }
    }

    public void add(EventStore.Kept event) {
        events.addLast(event);
        octets += size(event);
    }

    /** Forgets the oldest that are too many, too large together (but for the newest), or too old. */
    public void trim(int limit, EventStore.Caps caps, long now) {
        long oldest = now - caps.age().toMillis();
        while (events.size() > limit
                || (octets > caps.octets() && events.size() > 1)
                || (!events.isEmpty() && events.getFirst().timestamp() < oldest)) {
            octets -= size(events.removeFirst());
            first++;
        }
    }

    /** Oldest first. */
    public List<EventStore.Kept> events() {
        return new ArrayList<>(events);
    }

    /** The number of the oldest event, or of the next one if there is none. */
    public long first() {
        return first;
    }

    /** The number of the newest event; one less than {@link #first} if there is none. */
    public long last() {
        return first + events.size() - 1;
    }

    /** About what it holds. */
    public long octets() {
        return octets;
    }

    private static long size(EventStore.Kept event) {
        return OVERHEAD + event.topic().length() + (long) event.payload().length();
    }
}
