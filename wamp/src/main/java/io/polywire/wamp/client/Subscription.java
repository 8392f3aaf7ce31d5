package io.polywire.wamp.client;

/** A topic whose events come here, until it is unsubscribed or the client closed; it comes back after a reconnection. */
public final class Subscription {
    private final WampClient client;
    private final String topic;
    private final SubscribeOptions options;
    private final EventHandler handler;
    final Serial order = new Serial();
    private volatile long id;
    private volatile boolean wanted = true;

    Subscription(WampClient client, String topic, SubscribeOptions options, EventHandler handler) {
        this.client = client;
        this.topic = topic;
        this.options = options;
        this.handler = handler;
    }

    /** The URI or pattern subscribed to. */
    public String topic() {
        return topic;
    }

    public SubscribeOptions options() {
        return options;
    }

    /** The router's id of it, another one after a reconnection; 0 while it is not subscribed. */
    public long id() {
        return id;
    }

    /** Whether the router knows of it at this moment. */
    public boolean isActive() {
        return id != 0;
    }

    /** Wants no more events; none is handled after this returned, but those that were waiting already. */
    public Pending<Subscription> unsubscribe() {
        return client.unsubscribe(this);
    }

    /** Whether events that wait are still handled. */
    boolean isWanted() {
        return wanted;
    }

    void unwant() {
        wanted = false;
    }

    void drop() {
        wanted = false;
        id = 0;
    }

    EventHandler handler() {
        return handler;
    }

    void id(long value) {
        id = value;
    }

    @Override
    public String toString() {
        return "subscription to " + topic;
    }
}
