package io.polywire.wamp.client;

import io.polywire.model.Message;
import org.jspecify.annotations.Nullable;

/** An event that was published to a topic. */
public final class Event extends Arguments {
    private final String subscribed;
    private final long publication;

    Event(String subscribed, Message.Event message) {
        super(message.payload().compact(), message.details());
        this.subscribed = subscribed;
        this.publication = message.publication();
    }

    /** The topic published to, also for a subscription with a pattern. */
    public String topic() {
        return details().get("topic") instanceof String topic ? topic : subscribed;
    }

    /** Id of the publication, the same for all its receivers. */
    public long publication() {
        return publication;
    }

    /** Session id of the publisher; 0 where it is not disclosed. */
    public long publisher() {
        return details().get("publisher") instanceof Long id ? id : 0;
    }

    /** Authid of the publisher; null where it is not disclosed. */
    public @Nullable String publisherAuthid() {
        return details().get("publisher_authid") instanceof String id ? id : null;
    }

    /** Whether the event was published before this side subscribed. */
    public boolean isRetained() {
        return Boolean.TRUE.equals(details().get("retained"));
    }
}
