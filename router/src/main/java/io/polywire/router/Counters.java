package io.polywire.router;

/** What a realm has done since it began. Written on the realm's thread; a reader elsewhere may see somewhat older values. */
public final class Counters {
    long calls;
    long publications;
    long events;
    long eventsDropped;
    long errors;
    long joined;

    Counters() {}

    public long calls() {
        return calls;
    }

    public long publications() {
        return publications;
    }

    /** Events queued for receivers. */
    public long events() {
        return events;
    }

    /** Events that a receiver's full queue or size limit kept from it. */
    public long eventsDropped() {
        return eventsDropped;
    }

    /** An event that a link had taken was lost after all. On the realm's thread. */
    public void dropEvent() {
        events--;
        eventsDropped++;
    }

    /** ERROR messages that the realm itself sent. */
    public long errors() {
        return errors;
    }

    /** Sessions that ever joined. */
    public long joined() {
        return joined;
    }
}
