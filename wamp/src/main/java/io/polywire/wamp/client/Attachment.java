package io.polywire.wamp.client;

import java.util.ArrayList;
import java.util.List;

/**
 * The registrations and subscriptions of an object's annotated methods.
 *
 * @param registrations of its methods with {@link Procedure}
 * @param subscriptions of its methods with {@link Subscribe}
 */
public record Attachment(List<Registration> registrations, List<Subscription> subscriptions) implements AutoCloseable {
    public Attachment {
        registrations = List.copyOf(registrations);
        subscriptions = List.copyOf(subscriptions);
    }

    /** Gives them all up, and waits until the router knows. */
    @Override
    public void close() {
        List<Pending<?>> all = new ArrayList<>();
        registrations.forEach(r -> all.add(r.unregister()));
        subscriptions.forEach(s -> all.add(s.unsubscribe()));
        all.forEach(Pending::await);
    }
}
