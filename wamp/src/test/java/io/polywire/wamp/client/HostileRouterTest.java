package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Whatever a router says, nothing hangs and nothing breaks but the session. */
class HostileRouterTest {
    private static final List<String> REASONS =
            List.of("x.y", Reasons.KILLED, Reasons.SYSTEM_SHUTDOWN, Reasons.CANCELED, "");

    private static long id(Random r) {
        return r.nextInt(8);
    }

    private static Dict details(Random r) {
        return switch (r.nextInt(6)) {
            case 0 -> Dict.of("progress", true);
            case 1 -> Dict.of("progress", 7L).with("receive_progress", true);
            case 2 -> Dict.of("subscription", id(r)).with("registration", id(r)).with("reason", "x.z");
            case 3 -> Dict.of("timeout", id(r)).with("procedure", List.of());
            case 4 -> Dict.of("ppt_scheme", "wamp").with("ppt_serializer", "cbor");
            default -> Dict.EMPTY;
        };
    }

    private static Payload payload(Random r) {
        return switch (r.nextInt(4)) {
            case 0 -> Payload.of(new byte[] {1, 2});
            case 1 -> Payload.of(List.of(1L), Map.of("k", "v"));
            case 2 -> Payload.of("x".repeat(r.nextInt(2000)));
            default -> Payload.EMPTY;
        };
    }

    private static Message message(Random r) {
        String reason = REASONS.get(r.nextInt(REASONS.size()));
        int[] types = {16, 32, 34, 48, 49, 64, 66, 68, 70, 0};
        return switch (r.nextInt(40)) {
            case 0 -> new Message.Goodbye(details(r), reason);
            case 1 -> new Message.Abort(details(r), reason, payload(r));
            case 2 -> new Message.Welcome(id(r), details(r));
            case 3 -> new Message.Challenge("ticket", details(r));
            case 4 -> new Message.Hello("realm1", details(r));
            case 5, 6, 7 ->
                new Message.ErrorMessage(types[r.nextInt(types.length)], id(r), details(r), reason, payload(r));
            case 8, 9 -> new Message.Published(id(r), id(r));
            case 10, 11, 12 -> new Message.Subscribed(id(r), id(r));
            case 13 -> new Message.Unsubscribed(id(r), details(r));
            case 14, 15, 16 -> new Message.Registered(id(r), id(r));
            case 17 -> new Message.Unregistered(id(r), details(r));
            case 18, 19, 20 -> new Message.Interrupt(id(r), details(r));
            case 21, 22, 23, 24, 25 -> new Message.Event(id(r), id(r), details(r), payload(r));
            case 26, 27, 28, 29, 30 -> new Message.Invocation(id(r), id(r), details(r), payload(r));
            default -> new Message.Result(id(r), details(r), payload(r));
        };
    }

    /** Mostly does what a router does, so that sessions live long enough for trouble. */
    private static final class Plausible {
        private final List<Long> registrations = new ArrayList<>();
        private final List<Long> subscriptions = new ArrayList<>();
        private long invocation;

        List<Message> next(@Nullable Message sent, Random r) {
            List<Message> say = new ArrayList<>();
            switch (sent) {
                case Message.Subscribe m -> {
                    subscriptions.add(1 + id(r));
                    say.add(new Message.Subscribed(m.request(), subscriptions.getLast()));
                }
                case Message.Register m -> {
                    registrations.add(invocation + 100);
                    say.add(new Message.Registered(m.request(), registrations.getLast()));
                }
                case Message.Publish m -> say.add(new Message.Published(m.request(), 1));
                case Message.Unregister m -> say.add(new Message.Unregistered(m.request(), Dict.EMPTY));
                case Message.Unsubscribe m -> say.add(new Message.Unsubscribed(m.request(), Dict.EMPTY));
                case Message.Call m -> {
                    say.add(new Message.Result(m.request(), Dict.of("progress", true), payload(r)));
                    say.add(new Message.Result(m.request(), Dict.EMPTY, payload(r)));
                }
                case Message.Cancel m ->
                    say.add(new Message.ErrorMessage(
                            Message.Call.CODE, m.request(), Dict.EMPTY, Reasons.CANCELED, payload(r)));
                case null, default -> {}
            }
            if (!subscriptions.isEmpty()) {
                long subscription = subscriptions.get(r.nextInt(subscriptions.size()));
                say.add(new Message.Event(subscription, 1, Dict.EMPTY, payload(r)));
            }
            if (!registrations.isEmpty()) {
                long registration = registrations.get(r.nextInt(registrations.size()));
                boolean open = r.nextBoolean();
                invocation++;
                Dict details = open ? Dict.of("progress", true).with("receive_progress", true) : Dict.EMPTY;
                say.add(new Message.Invocation(invocation, registration, details, payload(r)));
                if (open && r.nextBoolean()) {
                    say.add(new Message.Interrupt(invocation, Dict.EMPTY));
                } else if (open && r.nextBoolean()) {
                    say.add(new Message.Invocation(invocation, registration, Dict.EMPTY, payload(r)));
                }
            }
            return say;
        }
    }

    @Property(tries = 300)
    void nothingHangs(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        try (ScriptedRouter router = new ScriptedRouter()) {
            List<Pending<?>> pending = new ArrayList<>();
            Plausible plausible = new Plausible();
            int wild = 1 + random.nextInt(100);
            boolean tame = true;
            CompletableFuture<WampClient> joining = WampClient.open(router.settings()
                    .withQueues(5000, 5000)
                    .withReconnect(
                            random.nextBoolean()
                                    ? Reconnect.NEVER
                                    : new Reconnect(Duration.ofNanos(1), Duration.ofNanos(1), 1, 0, 3)));
            router.expect(Message.Hello.class);
            router.say(new Message.Welcome(1, ScriptedRouter.ALL));
            try (WampClient client = joining.get(5, TimeUnit.SECONDS)) {
                for (int i = 0; i < 40; i++) {
                    if (random.nextInt(3) == 0) {
                        operate(client, random, pending);
                    } else if (random.nextInt(wild) == 0) {
                        tame = false;
                        router.say(message(random));
                    } else {
                        router.settle();
                        plausible.next(router.sent.poll(), random).forEach(router::say);
                    }
                }
                router.settle();
                assertTrue(!tame || client.isConnected(), "the session ended though the router broke no rule");
                router.drop();
            }
            for (Pending<?> p : pending) {
                try {
                    p.future().get(5, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    assertInstanceOf(WampException.class, e.getCause());
                }
            }
            assertFalse(joining.join().isConnected());
        }
    }

    private static void giveUp(Pending<?> done, List<Pending<?>> pending) {
        try {
            switch (done.await()) {
                case Registration r -> pending.add(r.unregister());
                case Subscription s -> pending.add(s.unsubscribe());
                default -> {}
            }
        } catch (WampException e) {
            // It never came about.
        }
    }

    private static void operate(WampClient client, Random random, List<Pending<?>> pending) {
        switch (random.nextInt(8)) {
            case 7 -> {
                for (Pending<?> p : List.copyOf(pending)) {
                    if (p.isDone() && random.nextInt(3) == 0) {
                        giveUp(p, pending);
                    }
                }
            }
            case 0 -> pending.add(client.subscribe("a.b", e -> e.list()));
            case 1 -> pending.add(client.register("a.b", call -> call));
            case 2 ->
                pending.add(client.register("a.c", RegisterOptions.DEFAULT.withOrdered(), call -> {
                    long n = 0;
                    for (Arguments piece : call.pieces()) {
                        call.progress(n += piece.size());
                    }
                    return n;
                }));
            case 3 -> pending.add(client.publish("a.b", PublishOptions.ACKNOWLEDGED, 1));
            case 4 -> {
                PendingCall call = client.call("a.b", CallOptions.DEFAULT.withProgress(Arguments::list));
                call.cancel(CancelMode.values()[random.nextInt(3)]);
                pending.add(call);
            }
            default -> pending.add(client.call("a.b", random.nextInt()));
        }
    }
}
