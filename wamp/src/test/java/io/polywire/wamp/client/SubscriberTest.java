package io.polywire.wamp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The roles publisher and subscriber. */
@Timeout(20)
class SubscriberTest {
    private final ScriptedRouter router = new ScriptedRouter();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private WampClient client;

    @BeforeEach
    void join() throws Exception {
        client = router.client();
    }

    @AfterEach
    void stop() {
        router.close();
    }

    private Subscription subscribe(long id, EventHandler handler) throws Exception {
        Pending<Subscription> pending = client.subscribe("a.b", handler);
        router.say(new Message.Subscribed(router.expect(Message.Subscribe.class).request(), id));
        return pending.await();
    }

    private void event(long subscription, long publication, Object... args) {
        router.say(new Message.Event(subscription, publication, Dict.EMPTY, Payload.of(args)));
    }

    private Event next() throws Exception {
        Event event = events.poll(5, TimeUnit.SECONDS);
        assertTrue(event != null);
        return event;
    }

    @Test
    void publicationIsNotAcknowledgedUnlessAsked() throws Exception {
        Pending<Publication> pending = client.publish("a.b", 1);
        assertTrue(router.expect(Message.Publish.class).options().isEmpty());
        assertEquals(0, pending.await().id());
    }

    @Test
    void acknowledgedPublicationHasItsIdOrItsError() throws Exception {
        Pending<Publication> pending = client.publish("a.b", PublishOptions.ACKNOWLEDGED, 1);
        Message.Publish sent = router.expect(Message.Publish.class);
        assertTrue(sent.options().flag("acknowledge"));
        router.say(new Message.Published(sent.request(), 99));
        assertEquals(99, pending.await().id());
        pending = client.publish("a.b", PublishOptions.ACKNOWLEDGED, 1);
        router.error(Message.Publish.CODE, router.expect(Message.Publish.class).request(), Reasons.NOT_AUTHORIZED);
        assertEquals(
                Reasons.NOT_AUTHORIZED,
                assertThrows(WampException.class, pending::await).uri());
    }

    @Test
    void publishOptionsStandOnTheWireOnlyWhereTheySaySomething() throws Exception {
        client.publish(
                "a.b",
                PublishOptions.DEFAULT
                        .withExcludeMe(false)
                        .withDiscloseMe()
                        .withRetain()
                        .withReceivers(PublishOptions.Receivers.ALL
                                .withEligible(List.of())
                                .withEligibleAuthid(List.of("a"))
                                .withEligibleAuthrole(List.of("b"))
                                .withExclude(List.of(1L))
                                .withExcludeAuthid(List.of("c"))
                                .withExcludeAuthrole(List.of("d"))));
        assertEquals(
                Map.of(
                        "exclude_me", false,
                        "disclose_me", true,
                        "retain", true,
                        "eligible", List.of(),
                        "eligible_authid", List.of("a"),
                        "eligible_authrole", List.of("b"),
                        "exclude", List.of(1L),
                        "exclude_authid", List.of("c"),
                        "exclude_authrole", List.of("d")),
                router.expect(Message.Publish.class).options().asMap());
    }

    @Test
    void subscribeOptionsStandOnTheWire() throws Exception {
        client.subscribe(
                "a..b", SubscribeOptions.DEFAULT.withMatch(Match.WILDCARD).withRetained(), e -> {});
        assertEquals(
                Map.of("match", "wildcard", "get_retained", true),
                router.expect(Message.Subscribe.class).options().asMap());
    }

    @Test
    void eventTellsTopicPublicationAndPublisher() throws Exception {
        subscribe(3, events::add);
        router.say(new Message.Event(
                3,
                8,
                Dict.of("topic", "a.b.c")
                        .with("publisher", 12L)
                        .with("publisher_authid", "eve")
                        .with("retained", true),
                Payload.of("x")));
        Event event = next();
        assertEquals("a.b.c", event.topic());
        assertEquals(8, event.publication());
        assertEquals(12, event.publisher());
        assertEquals("eve", event.publisherAuthid());
        assertTrue(event.isRetained());
        assertEquals("x", event.string(0));
        event(3, 9);
        event = next();
        assertEquals("a.b", event.topic());
        assertEquals(0, event.publisher());
        assertNull(event.publisherAuthid());
    }

    @Test
    void eventsOfASubscriptionComeInOrderAndOneByOne() throws Exception {
        int[] running = {0};
        subscribe(3, e -> {
            assertEquals(1, ++running[0]);
            events.add(e);
            running[0]--;
        });
        for (int i = 0; i < 500; i++) {
            event(3, 1, (long) i);
        }
        for (int i = 0; i < 500; i++) {
            assertEquals(i, next().integer(0));
        }
    }

    @Test
    void failingHandlerDoesNotEndTheSubscription() throws Exception {
        subscribe(3, e -> {
            events.add(e);
            throw new IllegalStateException("on purpose");
        });
        event(3, 1);
        event(3, 2);
        next();
        assertEquals(2, next().publication());
    }

    @Test
    void slowHandlerHoldsUpNoOtherSubscription() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        subscribe(3, e -> never.await());
        subscribe(4, events::add);
        event(3, 1);
        event(4, 2);
        assertEquals(2, next().publication());
        never.countDown();
    }

    @Test
    void subscriptionsOfOneTopicShareTheRoutersAndTheLastOneEndsIt() throws Exception {
        Subscription one = subscribe(3, events::add);
        Subscription two = subscribe(3, events::add);
        event(3, 1);
        next();
        next();
        one.unsubscribe().await();
        assertTrue(router.sent.isEmpty());
        event(3, 2);
        assertEquals(2, next().publication());
        router.settle();
        assertTrue(events.isEmpty());
        Pending<Subscription> gone = two.unsubscribe();
        Message.Unsubscribe sent = router.expect(Message.Unsubscribe.class);
        assertEquals(3, sent.subscription());
        router.say(new Message.Unsubscribed(sent.request(), Dict.EMPTY));
        gone.await();
        assertFalse(two.isActive());
        // One that was on its way.
        event(3, 3);
        router.settle();
        assertTrue(events.isEmpty());
        assertTrue(client.isConnected());
    }

    @Test
    void subscriptionThatCrossedWithTheEndOfTheOldOneIsMadeAgain() throws Exception {
        Subscription old = subscribe(3, events::add);
        Pending<Subscription> fresh = client.subscribe("a.b", events::add);
        Message.Subscribe subscribe = router.expect(Message.Subscribe.class);
        old.unsubscribe();
        Message.Unsubscribe unsubscribe = router.expect(Message.Unsubscribe.class);
        router.say(new Message.Subscribed(subscribe.request(), 3));
        fresh.await();
        router.say(new Message.Unsubscribed(unsubscribe.request(), Dict.EMPTY));
        router.say(new Message.Subscribed(router.expect(Message.Subscribe.class).request(), 4));
        event(4, 1);
        assertEquals(1, next().publication());
    }

    @Test
    void revokedSubscriptionIsToldToTheListener() throws Exception {
        BlockingQueue<String> lost = new LinkedBlockingQueue<>();
        client = router.client(router.settings().withListener(new ClientListener() {
            @Override
            public void lost(Subscription subscription, WampException cause) {
                lost.add(subscription.topic() + " " + cause.uri());
            }
        }));
        Subscription s = subscribe(3, events::add);
        router.say(new Message.Unsubscribed(0, Dict.of("subscription", 3L).with("reason", "x.y")));
        assertEquals("a.b x.y", lost.poll(5, TimeUnit.SECONDS));
        assertFalse(s.isActive());
    }

    @Test
    void eventsFarOverTheLimitAreDroppedAndCounted() throws Exception {
        BlockingQueue<Long> dropped = new LinkedBlockingQueue<>();
        client = router.client(router.settings().withQueues(2560, 10_000).withListener(new ClientListener() {
            @Override
            public void dropped(Subscription subscription, long total) {
                dropped.add(total);
            }
        }));
        CountDownLatch go = new CountDownLatch(1);
        subscribe(3, e -> {
            go.await();
            events.add(e);
        });
        // The first 11 find room up to the fourfold limit and 1 MiB.
        byte[] large = new byte[100_000];
        for (int i = 0; i < 13; i++) {
            Payload payload = Payloads.in(Payload.of((Object) large), Serialization.MSGPACK);
            router.say(new Message.Event(3, 1 + i, Dict.EMPTY, payload));
        }
        assertEquals(1L, dropped.poll(5, TimeUnit.SECONDS));
        assertEquals(2L, dropped.poll(5, TimeUnit.SECONDS));
        go.countDown();
        for (int i = 0; i < 11; i++) {
            assertEquals(1 + i, next().publication());
        }
    }

    @Test
    void closedClientHandlesNoMoreEvents() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        subscribe(3, e -> {
            events.add(e);
            running.countDown();
            go.await();
        });
        event(3, 1);
        event(3, 2);
        running.await();
        Thread closing = Thread.startVirtualThread(client::close);
        router.expect(Message.Goodbye.class);
        router.say(new Message.Goodbye(Dict.EMPTY, Reasons.GOODBYE_AND_OUT));
        closing.join();
        go.countDown();
        assertEquals(1, next().publication());
        assertNull(events.poll(20, TimeUnit.MILLISECONDS));
    }
}
