package io.polywire.wamp.client;

/** Takes the events of a subscription: on a virtual thread, one after the other in their order, so it may block. */
@FunctionalInterface
public interface EventHandler {
    /** What it throws is logged. */
    void handle(Event event) throws Exception;
}
