package io.polywire.wamp.client;

import io.polywire.model.Message;
import io.polywire.model.Payload;

/** The role publisher of a session. Owned by the lane. */
final class Publisher {
    private final Session session;
    private final Requests requests;

    Publisher(Session session, Requests requests) {
        this.session = session;
        this.requests = requests;
    }

    void publish(String topic, PublishOptions options, Payload payload, Request<Publication> request) {
        long id = requests.next();
        if (!session.transmit(new Message.Publish(id, options.wire(), topic, payload), request)) {
            return;
        }
        if (!options.acknowledge()) {
            request.complete(new Publication(0));
            return;
        }
        requests.add(Message.Publish.CODE, id, request, answer -> {
            if (answer instanceof Message.Published m) {
                request.complete(new Publication(m.publication()));
            }
        });
    }
}
