package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Message.Call;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Registered;
import io.polywire.model.Message.Result;
import io.polywire.model.Message.Subscribe;
import io.polywire.model.Message.Subscribed;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A peer of a realm: a link that records what it is sent, and shorthand for what a client does. */
final class Peer implements Link {
    /** All features that a client can announce. */
    static final Dict ALL_FEATURES = dict(
            "roles",
            Map.of(
                    "caller",
                    features("payload_passthru_mode", "progressive_call_invocations", "progressive_call_results"),
                    "callee",
                    features(
                            "payload_passthru_mode",
                            "call_canceling",
                            "call_timeout",
                            "progressive_call_invocations",
                            "progressive_call_results",
                            "registration_revocation"),
                    "publisher",
                    features("payload_passthru_mode"),
                    "subscriber",
                    features("payload_passthru_mode", "subscription_revocation")));

    /** A client of the basic profile. */
    static final Dict NO_FEATURES = dict(
            "roles", Map.of("caller", Map.of(), "callee", Map.of(), "publisher", Map.of(), "subscriber", Map.of()));

    final ArrayDeque<Message> received = new ArrayDeque<>();
    final Session session;
    long lastRequest;

    /** What the link says to the messages that it may refuse. */
    Sent verdict = Sent.OK;

    /** What the link says to all messages of this type. */
    @Nullable
    Class<? extends Message> tooLarge;

    boolean congested;
    final List<Runnable> drained = new ArrayList<>();
    boolean paused;
    Message.@Nullable Goodbye ended;

    @Nullable
    String aborted;

    Peer(Realm realm, Identity identity, Dict details) {
        session = realm.join(this, identity, details, Map.of("type", "test"));
    }

    static Map<String, Object> features(String... names) {
        Map<String, Object> features = new LinkedHashMap<>();
        for (String name : names) {
            features.put(name, true);
        }
        return Map.of("features", features);
    }

    /** A dict of alternating keys and values. */
    static Dict dict(@Nullable Object... pairs) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) java.util.Objects.requireNonNull(pairs[i]), pairs[i + 1]);
        }
        return Dict.of(map);
    }

    // --- the link --------------------------------------------------------------------------------------------------

    @Override
    public Sent send(Message message) {
        assertTrue(ended == null && aborted == null, () -> "sent after the end: " + message);
        Class<? extends Message> large = tooLarge;
        if (large != null && large.isInstance(message)) {
            return Sent.TOO_LARGE;
        }
        if (verdict != Sent.OK && (message instanceof Event || message instanceof Invocation)) {
            return verdict;
        }
        received.add(message);
        return Sent.OK;
    }

    @Override
    public void end(Message.Goodbye why) {
        ended = why;
    }

    @Override
    public void abort(String text) {
        aborted = text;
    }

    @Override
    public boolean congested() {
        return congested;
    }

    @Override
    public void whenDrained(Runnable task) {
        drained.add(task);
    }

    /** It has read what was queued for it. */
    void drain() {
        congested = false;
        List<Runnable> tasks = List.copyOf(drained);
        drained.clear();
        tasks.forEach(Runnable::run);
    }

    @Override
    public void pauseReading() {
        paused = true;
    }

    @Override
    public void resumeReading() {
        paused = false;
    }

    // --- what a client does ----------------------------------------------------------------------------------------

    long id() {
        return session.id();
    }

    long request() {
        return ++lastRequest;
    }

    void subscribeLater(String topic, @Nullable Object... options) {
        session.receive(new Subscribe(request(), dict(options), topic));
    }

    /** Subscribes; the subscription. */
    long subscribe(String topic, @Nullable Object... options) {
        subscribeLater(topic, options);
        return next(Subscribed.class).subscription();
    }

    void publish(String topic, Dict options, @Nullable Object... args) {
        session.receive(new Message.Publish(request(), options, topic, Payload.of(args)));
    }

    void publish(String topic) {
        publish(topic, Dict.EMPTY);
    }

    void registerLater(String procedure, @Nullable Object... options) {
        session.receive(new Register(request(), dict(options), procedure));
    }

    /** Registers; the registration. */
    long register(String procedure, @Nullable Object... options) {
        registerLater(procedure, options);
        return next(Registered.class).registration();
    }

    /** Calls; the request. */
    long call(String procedure, Dict options, @Nullable Object... args) {
        long request = request();
        session.receive(new Call(request, options, procedure, Payload.of(args)));
        return request;
    }

    long call(String procedure) {
        return call(procedure, Dict.EMPTY);
    }

    void result(Invocation invocation, @Nullable Object... args) {
        session.receive(new Yield(invocation.request(), Dict.EMPTY, Payload.of(args)));
    }

    void progress(Invocation invocation, @Nullable Object... args) {
        session.receive(new Yield(invocation.request(), dict("progress", true), Payload.of(args)));
    }

    void fail(Invocation invocation, String uri, @Nullable Object... args) {
        session.receive(new ErrorMessage(Invocation.CODE, invocation.request(), Dict.EMPTY, uri, Payload.of(args)));
    }

    void cancel(long request, @Nullable Object... options) {
        session.receive(new Message.Cancel(request, dict(options)));
    }

    // --- what it was sent ------------------------------------------------------------------------------------------

    <T extends Message> T next(Class<T> type) {
        Message message = received.poll();
        assertTrue(message != null, () -> "nothing was sent instead of " + type.getSimpleName());
        return assertInstanceOf(type, message);
    }

    /** The next message is an ERROR with this URI. */
    ErrorMessage error(String uri) {
        ErrorMessage error = next(ErrorMessage.class);
        assertEquals(uri, error.error());
        return error;
    }

    void nothing() {
        assertEquals(List.of(), List.copyOf(received));
    }

    /** The events' first arguments, in order; nothing else was sent. */
    List<@Nullable Object> events() {
        List<@Nullable Object> all = new ArrayList<>();
        while (!received.isEmpty()) {
            all.add(arg(next(Event.class).payload()));
        }
        return all;
    }

    static @Nullable Object arg(Payload payload) {
        List<@Nullable Object> args = Payloads.args(payload);
        return args.isEmpty() ? null : args.get(0);
    }

    /** Calls a procedure that answers at once; its first value. */
    @Nullable
    Object ask(String procedure, @Nullable Object... args) {
        return arg(answer(procedure, Dict.EMPTY, args));
    }

    Payload answer(String procedure, Dict kwargs, @Nullable Object... args) {
        session.receive(
                new Call(request(), Dict.EMPTY, procedure, Payload.of(java.util.Arrays.asList(args), kwargs.asMap())));
        return next(Result.class).payload();
    }

    /** Calls a procedure that refuses at once. */
    void refused(String uri, String procedure, Dict kwargs, @Nullable Object... args) {
        session.receive(
                new Call(request(), Dict.EMPTY, procedure, Payload.of(java.util.Arrays.asList(args), kwargs.asMap())));
        assertEquals(Call.CODE, error(uri).requestType());
    }
}
