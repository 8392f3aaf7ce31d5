package io.polywire.gate.service;

/**
 * What a service has for one instance. Packets come one after the other on the thread that runs the program, which waits
 * for each; they must not block. The content's array belongs to the service.
 */
public interface GuestSession {
    /** A packet of the call domain. Each must be answered once by {@link GuestCall#reply}; the order is free. */
    void call(GuestCall call, byte[] content);

    /** A packet of the info domain. */
    default void info(byte[] content) {}

    /** The program stops for a time: nothing that is sent now reaches it before it is resumed. */
    default void suspended() {}

    /** The program goes on after {@link #suspended}. */
    default void resumed() {}

    /** What is needed to open the service again where the program is restored; nothing runs meanwhile. */
    byte[] state();

    /** The instance has ended or is forgotten. */
    void close();
}
