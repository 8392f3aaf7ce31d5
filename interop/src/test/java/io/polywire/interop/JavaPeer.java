package io.polywire.interop;

import io.polywire.model.Match;
import io.polywire.model.Serialization;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.CallOptions;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.Registration;
import io.polywire.wamp.client.SubscribeOptions;
import io.polywire.wamp.client.Subscription;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A session of Polywire's own client, in this process. */
final class JavaPeer implements Peer {
    private static final int PATIENCE_SECONDS = 20;

    private final WampClient client;
    private final Map<String, Registration> registrations = new ConcurrentHashMap<>();
    private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();
    private final Map<String, BlockingQueue<Payload>> events = new ConcurrentHashMap<>();

    JavaPeer(String url, String serialization, String realm) {
        client = WampClient.connect(ClientSettings.of(url, realm)
                .withSerialization(Serialization.valueOf(serialization.toUpperCase(Locale.ROOT))));
    }

    private static Arguments arguments(Payload payload) {
        Arguments arguments = Arguments.of(payload.args().toArray());
        for (Map.Entry<String, ?> one : payload.kwargs().entrySet()) {
            arguments = arguments.with(one.getKey(), one.getValue());
        }
        return arguments;
    }

    private static Payload payload(Arguments arguments) {
        return new Payload(arguments.list(), arguments.map());
    }

    @Override
    public void register(String uri, Does does) {
        Registration registration = client.register(uri, call -> switch (does) {
                    case ECHO -> arguments(payload(call));
                    case FAIL -> throw new WampException("interop.error.failed", arguments(payload(call)));
                    case PROGRESS -> {
                        for (int i = 0; i < 5; i++) {
                            call.progress(i);
                        }
                        yield "end";
                    }
                })
                .await();
        registrations.put(uri, registration);
    }

    @Override
    public void unregister(String uri) {
        Registration registration = registrations.remove(uri);
        if (registration != null) {
            registration.unregister().await();
        }
    }

    @Override
    public Answer call(String uri, Payload payload, boolean progress) {
        List<List<?>> steps = new CopyOnWriteArrayList<>();
        CallOptions options =
                progress ? CallOptions.DEFAULT.withProgress(step -> steps.add(step.list())) : CallOptions.DEFAULT;
        try {
            return new Answer(
                    payload(client.call(uri, options, arguments(payload)).await()), steps);
        } catch (WampException e) {
            throw new CallFailed(e.uri(), payload(e.arguments()));
        }
    }

    @Override
    public void subscribe(String uri, String match) {
        BlockingQueue<Payload> queue = events.computeIfAbsent(uri, key -> new LinkedBlockingQueue<>());
        SubscribeOptions options = SubscribeOptions.DEFAULT.withMatch(Match.valueOf(match.toUpperCase(Locale.ROOT)));
        subscriptions.put(
                uri,
                client.subscribe(uri, options, event -> queue.add(payload(event)))
                        .await());
    }

    @Override
    public void unsubscribe(String uri) {
        Subscription subscription = subscriptions.remove(uri);
        if (subscription != null) {
            subscription.unsubscribe().await();
        }
    }

    @Override
    public void publish(String uri, Payload payload) {
        client.publish(uri, PublishOptions.ACKNOWLEDGED, arguments(payload)).await();
    }

    @Override
    public Payload event(String subscribed) {
        try {
            Payload event = events.computeIfAbsent(subscribed, key -> new LinkedBlockingQueue<>())
                    .poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("no event of " + subscribed);
            }
            return event;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
