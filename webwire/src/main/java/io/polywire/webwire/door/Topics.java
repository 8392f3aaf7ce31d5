package io.polywire.webwire.door;

import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Message.Subscribed;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.webwire.door.BridgeSettings.Topic;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The subscriptions of a client: what the settings name, some of it only while it has a session. Owned by the realm's thread. */
final class Topics {
    private final BridgedSession client;
    private final BridgeSettings settings;

    /** What is being subscribed, by request. */
    private final Map<Long, Topic> subscribing = new HashMap<>(4);

    private final Map<Long, Topic> subscriptions = new HashMap<>(4);

    Topics(BridgedSession client, BridgeSettings settings) {
        this.client = client;
        this.settings = settings;
    }

    /** Subscribes the topics that need a session, or those that need none. */
    void subscribe(boolean sessionOnly) {
        for (Topic topic : settings.topics()) {
            if (topic.sessionOnly() == sessionOnly) {
                long request = client.nextRequest();
                subscribing.put(request, topic);
                client.toRealm(
                        new Subscribe(request, Dict.of("match", topic.match().text()), topic.uri()));
            }
        }
    }

    /** Gives up the topics that need a session. */
    void unsubscribe() {
        List<Long> gone = subscriptions.entrySet().stream()
                .filter(e -> e.getValue().sessionOnly())
                .map(Map.Entry::getKey)
                .toList();
        for (Long subscription : gone) {
            subscriptions.remove(subscription);
            client.toRealm(new Unsubscribe(client.nextRequest(), subscription));
        }
    }

    void subscribed(Subscribed m) {
        Topic topic = subscribing.remove(m.request());
        if (topic != null) {
            subscriptions.put(m.subscription(), topic);
        }
    }

    void refused(ErrorMessage m) {
        Topic topic = subscribing.remove(m.request());
        Server.LOG.log(Level.WARNING, "{0} is not sent to {1}: {2}", topic, client, m.error());
    }

    /** The topic of an event; null if its subscription was given up. */
    @Nullable
    String topic(Event m) {
        Topic topic = subscriptions.get(m.subscription());
        if (topic == null) {
            return null;
        }
        String uri = topic.match() == Match.EXACT ? topic.uri() : m.details().string("topic");
        return uri == null ? topic.uri() : uri;
    }
}
