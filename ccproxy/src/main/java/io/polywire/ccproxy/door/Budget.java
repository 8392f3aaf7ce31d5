package io.polywire.ccproxy.door;

/**
 * What all API connections of a proxy may hold together of requests and answers, beyond what each may hold anyway.
 * Belongs to the loop's thread.
 */
final class Budget {
    /** Octets that are not counted for a connection. */
    static final int FREE = 64 * 1024;

    private final long limit;
    private long used;

    Budget(long limit) {
        this.limit = limit;
    }

    void change(long octets) {
        used += octets;
    }

    boolean exceeded() {
        return used > limit;
    }
}
