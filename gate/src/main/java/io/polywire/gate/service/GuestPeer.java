package io.polywire.gate.service;

/**
 * The client's end of a stream between a client and a program, as the program's side sees it. Implemented by doors.
 *
 * <p>All methods of one peer are called one after the other, never at the same time, in the order given here: {@link
 * #connected} or {@link #refused} first, {@link #closed} last. They come on the thread that causes the event: a thread
 * of the program's scheduler or one that calls a {@link GuestStream} (which may be this peer's own: a call from inside
 * a callback is allowed). No lock is held. They must not block; an event loop's work is handed over to it. After {@link
 * GuestStream#lost} none comes, except one that is under way on another thread.
 */
public interface GuestPeer {
    /**
     * The program has accepted the connection. Data follow.
     *
     * @param stream what {@link io.polywire.gate.program.Guest#connect} returns; this may come before it does
     */
    void connected(GuestStream stream);

    /** The program stopped before it accepted, or takes no connections. Nothing follows. */
    void refused();

    /**
     * So many more bytes may be passed to {@link GuestStream#input}. Comes first when the program grants its first
     * bytes; from then on the stream reads ahead by a bounded number of bytes.
     *
     * @param bytes more than 0
     */
    void credit(int bytes);

    /**
     * Output of the program. The array belongs to the peer. Not more comes than {@link GuestStream#consumed} has
     * acknowledged plus the window.
     */
    void output(byte[] data);

    /** The program's output ends here; when all of it was written call {@link GuestStream#outputWritten}. */
    void outputEnd();

    /** The program takes no more input; what the client sends from now on is to be dropped. */
    void inputEnd();

    /** Both directions are closed, or the program stopped (then {@link #outputEnd} may be missing). Nothing follows. */
    void closed();
}
