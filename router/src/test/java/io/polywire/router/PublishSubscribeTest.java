package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.model.Message.Event;
import io.polywire.model.Message.Publish;
import io.polywire.model.Message.Published;
import io.polywire.model.Message.Subscribed;
import io.polywire.model.Message.Unsubscribe;
import io.polywire.model.Message.Unsubscribed;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PublishSubscribeTest extends RealmFixture {
    private final Peer a = peer();
    private final Peer b = peer();
    private final Peer c = peer();

    @Test
    void anEventGoesToTheSubscribersOfItsTopicOnly() {
        long subscription = a.subscribe("com.x");
        b.subscribe("com.y");
        c.publish("com.x", Dict.EMPTY, 1L);
        Event event = a.next(Event.class);
        assertEquals(subscription, event.subscription());
        assertEquals(Dict.EMPTY, event.details());
        b.nothing();
        c.nothing();
    }

    @Test
    void thePayloadIsCarriedAsItCame() {
        a.subscribe("com.x");
        Payload payload = Payload.encoded(Serialization.JSON, new byte[] {'[', '1', ']'}, 0, 3, 1);
        b.session.receive(new Publish(1, Dict.EMPTY, "com.x", payload));
        assertSame(payload, a.next(Event.class).payload());
    }

    @Test
    void allReceiversOfASubscriptionGetTheSameEvent() {
        a.subscribe("com.x");
        b.subscribe("com.x");
        c.publish("com.x");
        assertSame(a.next(Event.class), b.next(Event.class));
    }

    @Test
    void subscribersOfOneTopicShareTheSubscription() {
        assertEquals(a.subscribe("com.x"), b.subscribe("com.x"));
    }

    @Test
    void exactAndPrefixOfOneUriAreTwoSubscriptions() {
        assertNotEquals(a.subscribe("com.x"), a.subscribe("com.x", "match", "prefix"));
    }

    @Test
    void theSecondSubscribeReturnsTheSameIdAndNoSecondDelivery() {
        Peer meta = peer();
        meta.subscribe("wamp.subscription.on_subscribe");
        assertEquals(a.subscribe("com.x"), a.subscribe("com.x"));
        assertEquals(1, meta.received.size());
        b.publish("com.x");
        a.next(Event.class);
        a.nothing();
    }

    @Test
    void aSessionGetsAnEventOnceForEachMatchingSubscriptionUnderOnePublication() {
        Set<Long> ids = Set.of(
                a.subscribe("com.x.y"),
                a.subscribe("com.x", "match", "prefix"),
                a.subscribe("com..y", "match", "wildcard"));
        b.publish("com.x.y");
        Event first = a.next(Event.class);
        Event second = a.next(Event.class);
        Event third = a.next(Event.class);
        assertEquals(ids, Set.of(first.subscription(), second.subscription(), third.subscription()));
        assertEquals(Set.of(first.publication()), Set.copyOf(List.of(second.publication(), third.publication())));
        a.nothing();
    }

    @Test
    void prefixIsAPrefixOfTheStringNotOfTheComponents() {
        a.subscribe("com.x", "match", "prefix");
        for (String topic : List.of("com.x", "com.xy", "com.x.y", "com", "com.y")) {
            b.publish(topic, Dict.EMPTY, topic);
        }
        assertEquals(List.of("com.x", "com.xy", "com.x.y"), a.events());
    }

    @Test
    void wildcardComparesComponentByComponent() {
        a.subscribe("com..z", "match", "wildcard");
        for (String topic : List.of("com.x.z", "com.x.y.z", "com.z", "org.x.z", "com.x.zz", "com.y.z")) {
            b.publish(topic, Dict.EMPTY, topic);
        }
        assertEquals(List.of("com.x.z", "com.y.z"), a.events());
    }

    @Test
    void theEmptyPatternsAreAllowedForPrefixAndWildcardOnly() {
        a.subscribe("", "match", "wildcard"); // one component: no meta event matches it
        a.subscribe("", "match", "prefix");
        a.subscribeLater("");
        a.error(Reasons.INVALID_URI);
        b.publish("com", Dict.EMPTY, "one component");
        b.publish("com.x", Dict.EMPTY, "two");
        assertEquals(List.of("one component", "one component", "two"), a.events());
    }

    @Test
    void eventsOfPatternsNameTheTopicInDetailsOfTheirOwn() {
        a.subscribe("com.x");
        b.subscribe("com", "match", "prefix");
        c.publish("com.x");
        assertFalse(a.next(Event.class).details().has("topic"));
        assertEquals("com.x", b.next(Event.class).details().get("topic"));
    }

    @Test
    void anUnknownMatchIsAnInvalidArgument() {
        a.subscribeLater("com.x", "match", "fuzzy");
        a.error(Reasons.INVALID_ARGUMENT);
        a.subscribeLater("com.x", "match", 1L);
        a.error(Reasons.INVALID_ARGUMENT);
    }

    @Test
    void anInvalidTopicIsAnsweredWhereAnAnswerIsDue() {
        a.subscribeLater("com..x");
        assertEquals(32, a.error(Reasons.INVALID_URI).requestType());
        a.publish("com..x", dict("acknowledge", true));
        assertEquals(16, a.error(Reasons.INVALID_URI).requestType());
        a.publish("com..x");
        a.nothing();
        assertTrue(a.session.isOpen());
    }

    @Test
    void strictUrisAreAnOptionOfTheRealm() {
        realm(RealmOptions.DEFAULT.withStrictUris(true));
        Peer strict = peer();
        strict.subscribe("com.x_1");
        strict.subscribeLater("com.X");
        strict.error(Reasons.INVALID_URI);
        strict.registerLater("com.x-y");
        strict.error(Reasons.INVALID_URI);
        strict.call("com.X");
        strict.error(Reasons.INVALID_URI);
    }

    @Test
    void nobodyPublishesUnderWampButTheRouter() {
        a.subscribe("wamp.session.on_join");
        b.publish("wamp.session.on_join", dict("acknowledge", true), "forged");
        b.error(Reasons.INVALID_URI);
        b.publish("wamp", dict("acknowledge", true));
        b.error(Reasons.INVALID_URI);
        b.publish("wampum", dict("acknowledge", true));
        b.next(Published.class);
        a.nothing();
    }

    @Test
    void publishedComesOnlyWhereAcknowledgeWasAsked() {
        a.publish("com.x");
        a.nothing();
        a.subscribe("com.x");
        b.publish("com.x", dict("acknowledge", true));
        Published published = b.next(Published.class);
        assertEquals(1, published.request());
        assertEquals(a.next(Event.class).publication(), published.publication());
    }

    @Test
    void anOptionOfTheWrongTypeIsRefusedOrDropped() {
        a.subscribe("com.x");
        b.publish("com.x", dict("acknowledge", true, "exclude_me", 1L));
        b.error(Reasons.INVALID_ARGUMENT);
        b.publish("com.x", dict("acknowledge", true, "eligible", List.of("x")));
        b.error(Reasons.INVALID_ARGUMENT);
        b.publish("com.x", dict("eligible_authid", List.of(1L)));
        b.publish("com.x", dict("retain", "yes"));
        b.nothing();
        a.nothing();
    }

    @Test
    void thePublisherIsExcludedUnlessItSaysOtherwise() {
        a.subscribe("com.x");
        a.publish("com.x", Dict.EMPTY, 1L);
        a.publish("com.x", dict("exclude_me", false), 2L);
        assertEquals(List.of(2L), a.events());
    }

    // --- black- and whitelisting -----------------------------------------------------------------------------------

    @Test
    void eligibleAndExcludeNameSessions() {
        a.subscribe("com.x");
        b.subscribe("com.x");
        c.publish("com.x", dict("eligible", List.of(a.id())), 1L);
        c.publish("com.x", dict("exclude", List.of(a.id())), 2L);
        c.publish("com.x", dict("eligible", List.of(a.id(), b.id()), "exclude", List.of(a.id())), 3L);
        assertEquals(List.of(1L), a.events());
        assertEquals(List.of(2L, 3L), b.events());
    }

    @Test
    void aSingleIdIsTakenAsAList() {
        a.subscribe("com.x");
        b.subscribe("com.x");
        c.publish("com.x", dict("eligible", a.id()), 1L);
        assertEquals(List.of(1L), a.events());
        b.nothing();
    }

    @Test
    void anEmptyEligibleListIsNobody() {
        a.subscribe("com.x");
        c.publish("com.x", dict("eligible", List.of()));
        c.publish("com.x", dict("eligible_authid", List.of()));
        c.publish("com.x", dict("eligible_authrole", List.of()));
        a.nothing();
    }

    @Test
    void authidAuthroleAndOtherAttributesAreCompared() {
        Peer admin = peer("root", "admin", Peer.ALL_FEATURES);
        a.subscribe("com.x");
        admin.subscribe("com.x");
        c.publish("com.x", dict("eligible_authrole", List.of("admin")), 1L);
        c.publish("com.x", dict("exclude_authrole", List.of("admin")), 2L);
        c.publish("com.x", dict("eligible_authid", List.of("root")), 3L);
        c.publish("com.x", dict("exclude_authid", List.of("root")), 4L);
        c.publish("com.x", dict("exclude_authmethod", List.of("anonymous")), 5L);
        c.publish("com.x", dict("eligible_shoe", List.of("anonymous")), 6L);
        assertEquals(List.of(1L, 3L), admin.events());
        assertEquals(List.of(2L, 4L), a.events());
    }

    // --- disclosure ------------------------------------------------------------------------------------------------

    @Test
    void thePublisherIsDisclosedOnlyWhereItAsks() {
        a.subscribe("com.x");
        b.publish("com.x");
        assertEquals(Dict.EMPTY, a.next(Event.class).details());
        b.publish("com.x", dict("disclose_me", true));
        assertEquals(
                dict("publisher", b.id(), "publisher_authid", "user2", "publisher_authrole", "user"),
                a.next(Event.class).details());
    }

    @Test
    void aRealmMayForbidDisclosure() {
        realm(RealmOptions.DEFAULT.withDisclosure(false));
        Peer x = peer();
        Peer y = peer();
        x.subscribe("com.x");
        y.publish("com.x", dict("disclose_me", true, "acknowledge", true));
        y.error(Reasons.DISCLOSE_ME_DISALLOWED);
        y.publish("com.x", dict("disclose_me", true));
        y.nothing();
        x.nothing();
    }

    // --- passthru --------------------------------------------------------------------------------------------------

    @Test
    void passthruOptionsReachTheEventAndOthersDoNot() {
        a.subscribe("com.x");
        Peer without = plain();
        without.subscribe("com.x");
        b.publish("com.x", dict("ppt_scheme", "x_a", "ppt_serializer", "cbor", "ppt_keyid", "k", "rkey", "r"));
        Dict expected = dict("ppt_scheme", "x_a", "ppt_serializer", "cbor", "ppt_keyid", "k");
        assertEquals(expected, a.next(Event.class).details());
        assertEquals(expected, without.next(Event.class).details());
    }

    @Test
    void passthruWithoutTheFeatureIsAViolation() {
        Peer without = plain();
        assertThrows(ProtocolViolation.class, () -> without.publish("com.x", dict("ppt_scheme", "x_a")));
    }

    // --- the end of subscriptions ----------------------------------------------------------------------------------

    @Test
    void noEventFollowsUnsubscribed() {
        long id = a.subscribe("com.x");
        a.session.receive(new Unsubscribe(7, id));
        assertEquals(7, a.next(Unsubscribed.class).request());
        b.publish("com.x");
        a.nothing();
    }

    @Test
    void aSubscriptionOfOthersOnlyCannotBeUnsubscribed() {
        long id = a.subscribe("com.x");
        b.session.receive(new Unsubscribe(1, id));
        b.error(Reasons.NO_SUCH_SUBSCRIPTION);
        b.session.receive(new Unsubscribe(2, 4711));
        b.error(Reasons.NO_SUCH_SUBSCRIPTION);
        c.publish("com.x");
        a.next(Event.class);
    }

    @Test
    void subscriptionIdsCountUpFromOne() {
        Realm fresh = new Realm("fresh", RealmOptions.DEFAULT, world);
        Peer x = new Peer(fresh, a.session.identity(), Peer.ALL_FEATURES);
        assertEquals(1, x.subscribe("a"));
        assertEquals(2, x.subscribe("b"));
    }

    @Test
    void aSubscriberWhoseQueueIsFullLosesTheEventAndItIsCounted() {
        a.subscribe("com.x");
        b.subscribe("com.x");
        a.verdict = Sent.FULL;
        c.publish("com.x");
        b.next(Event.class);
        a.nothing();
        assertEquals(1, realm.counters().eventsDropped());
        assertEquals(1, realm.counters().events());
    }

    @Test
    void eventsOfAPublisherArriveInOrderAcrossTopicsAndPatterns() {
        a.subscribe("com.x");
        a.subscribe("com.y", "match", "prefix");
        a.subscribe("org..z", "match", "wildcard");
        String[] topics = {"com.x", "com.y.1", "org.a.z"};
        List<Long> expected = new java.util.ArrayList<>();
        for (long i = 0; i < 300; i++) {
            b.publish(topics[(int) (i * 7 % 3)], Dict.EMPTY, i);
            expected.add(i);
        }
        assertEquals(expected, a.events());
    }

    @Test
    void subscribedComesBeforeTheFirstEvent() {
        b.publish("com.x", dict("retain", true));
        a.subscribeLater("com.x", "get_retained", true);
        a.next(Subscribed.class);
        a.next(Event.class);
    }

    @Test
    void unknownOptionsAreIgnored() {
        Peer a = peer();
        Peer b = peer();
        a.subscribe("com.x", "nkey", "shard", "_my_own", 1L);
        b.publish("com.x", dict("rkey", "shard", "_my_own", 1L, "acknowledge", true), "hit");
        assertEquals(List.of("hit"), a.events());
        b.next(io.polywire.model.Message.Published.class);
    }
}
