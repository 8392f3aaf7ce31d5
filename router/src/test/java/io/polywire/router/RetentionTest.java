package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Published;
import io.polywire.model.Message.Subscribed;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Event retention and event history. */
class RetentionTest extends RealmFixture {
    private Peer publisher = peer();

    private void retain(@Nullable Object value, @Nullable Object... options) {
        publisher.publish("com.x", dict(options).with("retain", true), value);
    }

    /** The retained events that a newcomer gets. */
    private List<@Nullable Object> retained(Peer who, String topic, String match) {
        who.subscribeLater(topic, "match", match, "get_retained", true);
        who.next(Subscribed.class);
        who.received.removeIf(m -> m instanceof Event e && !e.details().has("retained"));
        return who.events();
    }

    @Test
    void theLastRetainedEventIsGivenWithItsPublicationAndMarked() {
        retain("old");
        publisher.publish("com.x", dict("retain", true, "acknowledge", true), "kept");
        long publication = publisher.next(Published.class).publication();
        publisher.publish("com.x", Dict.EMPTY, "not retained");
        Peer a = peer();
        a.subscribeLater("com.x", "get_retained", true);
        a.next(Subscribed.class);
        Event event = a.next(Event.class);
        assertEquals("kept", Peer.arg(event.payload()));
        assertEquals(publication, event.publication());
        assertEquals(dict("retained", true), event.details());
        a.nothing();
    }

    @Test
    void withoutGetRetainedThereIsNone() {
        retain("kept");
        Peer a = peer();
        a.subscribe("com.x");
        a.nothing();
    }

    @Test
    void liveEventsAreNotMarkedRetained() {
        Peer a = peer();
        a.subscribe("com.x");
        retain("live");
        assertFalse(a.next(Event.class).details().has("retained"));
    }

    @Test
    void patternsGetTheNewestOfEachTopicAndItsName() {
        retain("x");
        publisher.publish("com.y", dict("retain", true), "y");
        publisher.publish("org.z", dict("retain", true), "z");
        Peer a = peer();
        a.subscribeLater("com.", "match", "prefix", "get_retained", true);
        a.next(Subscribed.class);
        Event first = a.next(Event.class);
        assertEquals(dict("topic", "com.x", "retained", true), first.details());
        assertEquals("com.y", a.next(Event.class).details().get("topic"));
        a.nothing();
        assertEquals(List.of("z"), retained(peer(), ".z", "wildcard"));
    }

    @Test
    void restrictedEventsAreForThoseOnlyWhoWereAllowed() {
        retain("for all");
        retain("for red", "eligible_authrole", List.of("red"));
        assertEquals(List.of("for all"), retained(peer(), "com.x", "exact"));
        assertEquals(List.of("for red"), retained(peer("r", "red", Peer.ALL_FEATURES), "com.x", "exact"));
    }

    @Test
    void anUnrestrictedEventClearsTheRestrictedOnes() {
        retain("for red", "eligible_authrole", List.of("red"));
        retain("for all");
        assertEquals(List.of("for all"), retained(peer("r", "red", Peer.ALL_FEATURES), "com.x", "exact"));
    }

    @Test
    void sixteenRestrictedEventsAreKept() {
        Peer[] all = new Peer[17];
        for (int i = 0; i < 17; i++) {
            all[i] = peer();
            retain((long) i, "eligible", List.of(all[i].id()));
        }
        assertEquals(List.of(), retained(all[0], "com.x", "exact"));
        assertEquals(List.of(1L), retained(all[1], "com.x", "exact"));
    }

    @Test
    void thePublisherIsExcludedFromItsRetainedEventToo() {
        retain("mine");
        assertEquals(List.of(), retained(publisher, "com.x", "exact"));
        retain("mine as well", "exclude_me", false);
        publisher.received.clear(); // it is subscribed by now
        assertEquals(List.of("mine as well"), retained(publisher, "com.x", "exact"));
    }

    @Test
    void retainedEventsSurviveTheirPublisher() {
        retain("kept");
        publisher.session.leave();
        assertEquals(List.of("kept"), retained(peer(), "com.x", "exact"));
    }

    @Test
    void theMemoryOfRetainedEventsIsBoundedAndTheOldestGo() {
        realm(RealmOptions.DEFAULT.withLimits(new RealmOptions.Limits(10, 10, 10, 10, 3, 1 << 20)));
        publisher = peer();
        for (long i = 0; i < 5; i++) {
            publisher.publish("com.x" + i, dict("retain", true), i);
        }
        assertEquals(List.of(2L, 3L, 4L), retained(peer(), "com", "prefix"));
    }

    @Test
    void aPatternGetsAtMostAThousandRetainedEvents() {
        for (long i = 0; i < 1_010; i++) {
            publisher.publish("com.x" + i, dict("retain", true), i);
        }
        assertEquals(1_000, retained(peer(), "com", "prefix").size());
    }

    // --- history ---------------------------------------------------------------------------------------------------

    private void history(int limit) {
        HistoryRules.Rule rule = new HistoryRules.Rule("com.h", Match.EXACT, limit);
        realm(RealmOptions.DEFAULT.withHistory(new HistoryRules(List.of(rule), new EventStore.InMemory())));
        publisher = peer();
    }

    private void published(int count) {
        for (long i = 1; i <= count; i++) {
            world.advance(1_000);
            publisher.publish("com.h", Dict.EMPTY, i);
        }
    }

    private static List<@Nullable Object> values(Payload payload) {
        List<@Nullable Object> all = new ArrayList<>();
        for (Object event : Payloads.args(payload)) {
            if (event instanceof Map<?, ?> map && map.get("args") instanceof List<?> args) {
                all.add(args.get(0));
            }
        }
        return all;
    }

    private List<@Nullable Object> history(@Nullable Object... kwargs) {
        long id = (Long) java.util.Objects.requireNonNull(publisher.ask("wamp.subscription.lookup", "com.h"));
        return values(publisher.answer("wamp.subscription.get_events", dict(kwargs), id));
    }

    @Test
    void historyAccruesWithoutSubscribersAndKeepsTheNewest() {
        history(3);
        published(5);
        assertEquals(List.of(3L, 4L, 5L), history());
    }

    @Test
    void limitCountsFromTheStartOfTheOrder() {
        history(10);
        published(5);
        assertEquals(List.of(1L, 2L), history("limit", 2L));
        assertEquals(List.of(5L, 4L), history("limit", 2L, "reverse", true));
        Payload answer = publisher.answer("wamp.subscription.get_events", dict("limit", 2L), 1L);
        assertEquals(Map.of("is_limit_reached", true), Payloads.kwargs(answer));
    }

    @Test
    void historyIsSelectedByTimeTopicAndPublication() {
        history(10);
        published(5);
        String third = MetaApi.date(world.epochMillis() - 2_000);
        assertEquals(List.of(3L, 4L, 5L), history("from_time", third));
        assertEquals(List.of(4L, 5L), history("after_time", third));
        assertEquals(List.of(1L, 2L), history("before_time", third));
        assertEquals(List.of(1L, 2L, 3L), history("until_time", third));
        assertEquals(List.of(), history("topic", "com.other"));
        Map<?, ?> event = (Map<?, ?>) java.util.Objects.requireNonNull(
                Payloads.args(publisher.answer("wamp.subscription.get_events", Dict.EMPTY, 1L))
                        .get(1));
        Object second = event.get("publication");
        assertEquals(List.of(2L, 3L, 4L, 5L), history("from_publication", second));
        assertEquals(List.of(3L, 4L, 5L), history("after_publication", second));
        assertEquals(List.of(1L), history("before_publication", second));
        assertEquals(List.of(1L, 2L), history("until_publication", second));
        assertEquals(
                java.util.Set.of("timestamp", "subscription", "publication", "details", "args", "kwargs"),
                event.keySet());
    }

    @Test
    void aWrongSelectionIsAnInvalidArgument() {
        history(10);
        publisher.refused(Reasons.INVALID_ARGUMENT, "wamp.subscription.get_events", dict("from_time", "noon"), 1L);
        publisher.refused(Reasons.INVALID_ARGUMENT, "wamp.subscription.get_events", dict("limit", "all"), 1L);
        publisher.refused(Reasons.NO_SUCH_SUBSCRIPTION, "wamp.subscription.get_events", Dict.EMPTY, 4711L);
    }

    @Test
    void eventsRestrictedToSessionsAreNotStoredAndRolesAreRechecked() {
        history(10);
        publisher.publish("com.h", dict("exclude", List.of(1L)), 1L);
        publisher.publish("com.h", dict("eligible_authrole", List.of("red")), 2L);
        publisher.publish("com.h", dict("eligible_authrole", List.of("user")), 3L);
        assertEquals(List.of(3L), history());
    }

    // --- a history of its own for each topic -------------------------------------------------------------------------

    private void eachTopic(int limit, RealmOptions.Limits limits) {
        HistoryRules rules = new HistoryRules(List.of(HistoryRules.Rule.each("", limit)), new EventStore.InMemory());
        realm(RealmOptions.DEFAULT.withHistory(rules).withLimits(limits));
        publisher = peer();
    }

    private static List<@Nullable Object> kept(Peer who, long subscription) {
        return values(who.answer("wamp.subscription.get_events", Dict.EMPTY, subscription));
    }

    @Test
    void eachTopicMayHaveAHistoryOfItsOwn() {
        eachTopic(2, RealmOptions.Limits.DEFAULT);
        for (long i = 1; i <= 3; i++) {
            publisher.publish("com.a", Dict.EMPTY, i);
            publisher.publish("com.b", Dict.EMPTY, -i);
        }
        Peer a = peer();
        assertEquals(List.of(2L, 3L), kept(a, a.subscribe("com.a")));
        assertEquals(List.of(-2L, -3L), kept(a, a.subscribe("com.b")));
        assertEquals(List.of(), kept(a, a.subscribe("com.c")));
    }

    @Test
    void theSubscriptionOfARememberedTopicIsFoundWithoutSubscribers() {
        eachTopic(2, RealmOptions.Limits.DEFAULT);
        Peer a = peer();
        assertEquals(null, a.ask("wamp.subscription.lookup", "com.a"));
        publisher.publish("com.a", Dict.EMPTY, 1L);
        long id = (Long) java.util.Objects.requireNonNull(a.ask("wamp.subscription.lookup", "com.a"));
        assertEquals(List.of(1L), kept(a, id));
        assertEquals(id, a.subscribe("com.a"));
    }

    @Test
    void theNewestRememberedEventCountsAsRetained() {
        eachTopic(5, RealmOptions.Limits.DEFAULT);
        publisher.publish("com.x", Dict.EMPTY, "first");
        publisher.publish("com.x", Dict.EMPTY, "second");
        assertEquals(List.of("second"), retained(peer(), "com.x", "exact"));
        assertEquals(List.of("second"), retained(peer(), "com.", "prefix"));
        publisher.publish("com.x", dict("eligible_authrole", List.of("staff")), "for staff");
        assertEquals(List.of("second"), retained(peer(), "com.x", "exact"));
        assertEquals(List.of("for staff"), retained(peer("s", "staff", Peer.ALL_FEATURES), "com.x", "exact"));
    }

    @Test
    void anEventPublishedToBeRetainedGoesBeforeRememberedOnes() {
        eachTopic(5, RealmOptions.Limits.DEFAULT);
        retain("kept");
        publisher.publish("com.x", Dict.EMPTY, "later");
        assertEquals(List.of("kept"), retained(peer(), "com.x", "exact"));
    }

    @Test
    void aPublisherDoesNotGetItsOwnRememberedEvent() {
        eachTopic(5, RealmOptions.Limits.DEFAULT);
        publisher.publish("com.x", Dict.EMPTY, "mine");
        assertEquals(List.of(), retained(publisher, "com.x", "exact"));
        publisher.publish("com.y", dict("exclude_me", false), "for all");
        assertEquals(List.of("for all"), retained(publisher, "com.y", "exact"));
    }

    @Test
    void metaEventsAreNotRemembered() {
        eachTopic(5, RealmOptions.Limits.DEFAULT);
        Peer a = peer();
        peer();
        assertEquals(List.of(), retained(a, "wamp.session.on_join", "exact"));
    }

    @Test
    void topicsPublishedToLongestAgoAreForgottenWhenThereAreTooMany() {
        RealmOptions.Limits limits = new RealmOptions.Limits(100, 100, 100, 100, 2, 1 << 20);
        eachTopic(5, limits);
        for (String topic : List.of("com.a", "com.b", "com.a", "com.c")) {
            publisher.publish(topic, Dict.EMPTY, topic);
        }
        assertEquals(List.of("com.a"), retained(peer(), "com.a", "exact"));
        assertEquals(List.of(), retained(peer(), "com.b", "exact"));
        assertEquals(List.of("com.c"), retained(peer(), "com.c", "exact"));
    }
}
