package io.polywire.wamp.door;

import io.polywire.model.Message;
import io.polywire.router.Sent;
import java.util.ArrayDeque;

/**
 * What becomes of events for a peer whose queue is full, see {@link WampDoorSettings.Overflow}.
 *
 * <p>To drop the oldest ones, events wait here as messages while the queue, which holds octets, is full: up to a quarter of its
 * limit. What is in the queue already stays there, so the peer gets some old events and then the newest ones.
 *
 * <p>Threads: owned by the realm's; {@link #isWaiting} may be read by others.
 */
final class EventOverflow {
    private static final int COST = 128;

    private final SessionLink link;
    private final WampDoorSettings.Overflow policy;
    private final long limit;
    private final ArrayDeque<Message.Event> waiting = new ArrayDeque<>(0);
    private long octets;
    private boolean ending;
    private volatile boolean any;

    EventOverflow(SessionLink link, WampDoorSettings settings) {
        this.link = link;
        this.policy = settings.overflow();
        this.limit = settings.queueLimit() / 4;
    }

    /** Whether events wait, so that later ones have to wait behind them. */
    boolean isWaiting() {
        return any;
    }

    /** Takes an event that has no room. */
    Sent take(Message.Event event) {
        return switch (policy) {
            case DROP_NEWEST -> Sent.FULL;
            case DISCONNECT -> {
                if (!ending) {
                    ending = true;
                    link.tooSlow();
                }
                yield Sent.FULL;
            }
            case DROP_OLDEST -> {
                waiting.addLast(new Message.Event(
                        event.subscription(),
                        event.publication(),
                        event.details(),
                        event.payload().compact()));
                octets += cost(event);
                while (octets > limit && waiting.size() > 1) {
                    octets -= cost(waiting.removeFirst());
                    link.countDropped();
                }
                any = true;
                yield Sent.OK;
            }
        };
    }

    private static long cost(Message.Event event) {
        return COST + (long) event.payload().length();
    }

    /** Sends as many as have room. */
    void sendSome() {
        while (!waiting.isEmpty() && link.hasRoom()) {
            sendFirst();
        }
        any = !waiting.isEmpty();
    }

    /** Sends all that wait, though there is no room. */
    void sendAll() {
        while (!waiting.isEmpty()) {
            sendFirst();
        }
        any = false;
    }

    private void sendFirst() {
        Message.Event event = waiting.removeFirst();
        octets -= cost(event);
        if (link.pass(event) != Sent.OK) {
            link.countDropped();
        }
    }
}
