package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Result;
import io.polywire.model.Payload;
import java.util.Map;
import java.util.function.Consumer;

/** The realm itself as a caller of procedures that its sessions registered. It is no session that anybody sees. */
final class RealmCaller implements Link {
    private static final Identity IDENTITY = new Identity("", "router", "", "", Map.of());
    private static final Features FEATURES =
            new Features(false, false, false, false, false, false, false, false, false);

    private final Realm realm;
    private final Session self;
    private final LongMap<Consumer<Message>> waiting = new LongMap<>();
    private long last;

    RealmCaller(Realm realm) {
        this.realm = realm;
        this.self = new Session(realm, this, 0, IDENTITY, FEATURES, Map.of());
    }

    void call(String procedure, Payload payload, long timeout, Consumer<Message> then) {
        long request = ++last;
        waiting.put(request, then);
        Dict options = timeout > 0 ? Dict.of("timeout", timeout) : Dict.EMPTY;
        realm.dealer.callAllowed(self, new Call(request, options, procedure, payload));
    }

    @Override
    public Sent send(Message message) {
        switch (message) {
            case Result m -> answered(m.request(), m);
            case ErrorMessage m -> answered(m.request(), m);
            default -> throw new IllegalStateException("the realm only calls: " + message);
        }
        return Sent.OK;
    }

    /** Not at once: the dealer is at work. */
    private void answered(long request, Message answer) {
        Consumer<Message> then = waiting.remove(request);
        if (then != null) {
            realm.afterwards(() -> then.accept(answer));
        }
    }

    @Override
    public void end(Message.Goodbye why) {
        throw new IllegalStateException("the realm does not leave itself");
    }

    @Override
    public void abort(String text) {
        throw new IllegalStateException("the realm broke its own protocol: " + text);
    }
}
