package io.polywire.router;

import io.polywire.model.Message;

/** The way from a realm to one peer; implemented by doors. Called on the realm's thread only; never calls back from inside. */
public interface Link {
    /**
     * Queues a message. The same {@link Message.Event} instance is given to all receivers of a subscription, one after the
     * other, so that it needs encoding only once.
     */
    Sent send(Message message);

    /**
     * The realm has removed the session (killed, shutdown): the peer is told by this GOODBYE, as its protocol has it, and
     * the connection closed.
     */
    void end(Message.Goodbye why);

    /** The realm has removed the session because its peer broke the protocol: ABORT with this text. */
    void abort(String text);

    /** What went over the peer's connection so far; {@link Traffic#NONE} where there is none. */
    default Traffic traffic() {
        return Traffic.NONE;
    }

    /**
     * Octets of a connection. The numbers may be somewhat older than now.
     *
     * @param in received
     * @param out handed to the system for sending
     * @param queued that wait for the peer
     */
    record Traffic(long in, long out, long queued) {
        public static final Traffic NONE = new Traffic(0, 0, 0);
    }

    /** The door that the peer came through: {@code details._door}, as the meta API tells it. */
    default String door() {
        return "wamp";
    }

    /** Whether so much is queued that whoever causes more should be held up. */
    default boolean congested() {
        return false;
    }

    /** Runs the task once, on the realm's thread, when the link is no longer congested. */
    default void whenDrained(Runnable task) {
        task.run();
    }

    /** Takes nothing more from this peer for now. What was read already still comes. */
    default void pauseReading() {}

    default void resumeReading() {}
}
