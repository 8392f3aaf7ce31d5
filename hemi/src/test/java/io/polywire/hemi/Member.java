package io.polywire.hemi;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A session inside of the realm, which the test plays. */
public final class Member implements Link {
    private static final Dict ROLES = Dict.of(
            "roles", Map.of("callee", Map.of(), "caller", Map.of(), "publisher", Map.of(), "subscriber", Map.of()));

    private final HostedRealm realm;
    private final BlockingQueue<Message> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<Session> session = new CompletableFuture<>();

    public Member(HostedRealm realm) {
        this.realm = realm;
        realm.thread()
                .execute(() -> session.complete(realm.realm()
                        .join(this, new Identity("member", "member", "test", "test", Map.of()), ROLES, Map.of())));
    }

    /** Says something to the realm. */
    public void say(Message message) {
        Session by = session.orTimeout(30, TimeUnit.SECONDS).join();
        realm.thread().execute(() -> by.receive(message));
    }

    /** The next message of this class that the realm sent. */
    public <M extends Message> M hear(Class<M> type) throws InterruptedException {
        while (true) {
            Message next = Objects.requireNonNull(heard.poll(30, TimeUnit.SECONDS), "the realm is silent");
            if (type.isInstance(next)) {
                return type.cast(next);
            }
        }
    }

    public void register(String procedure) throws InterruptedException {
        say(new Message.Register(1, Dict.EMPTY, procedure));
        hear(Message.Registered.class);
    }

    /** Answers the next invocation, and returns it. */
    public Message.Invocation answer(Function<Message.Invocation, Message> with) throws InterruptedException {
        Message.Invocation invocation = hear(Message.Invocation.class);
        say(with.apply(invocation));
        return invocation;
    }

    public static Message result(Message.Invocation to, Payload payload) {
        return new Message.Yield(to.request(), Dict.EMPTY, payload);
    }

    public static Message error(Message.Invocation to, String uri, Payload payload) {
        return new Message.ErrorMessage(Message.Invocation.CODE, to.request(), Dict.EMPTY, uri, payload);
    }

    @Override
    public Sent send(Message message) {
        heard.add(message);
        return Sent.OK;
    }

    @Override
    public void end(Message.Goodbye why) {
        heard.add(why);
    }

    @Override
    public void abort(String text) {}
}
