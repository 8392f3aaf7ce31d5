package io.polywire.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polywire.codec.Payloads;
import io.polywire.codec.Values;
import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import io.polywire.router.EventStore;
import io.polywire.router.EventStore.Kept;
import io.polywire.router.HistoryRules.Rule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoredEventsTest {
    private static final Rule EXACT = new Rule("com.example.x", Match.EXACT, 3);
    private static final Rule PREFIX = new Rule("com.example.", Match.PREFIX, 100);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static EventStore open(Store store, EventStore.Caps caps) {
        return store.events("realm1", List.of(EXACT, PREFIX), caps);
    }

    private static Kept event(long id, Payload payload) {
        return new Kept(
                id,
                System.currentTimeMillis(),
                "com.example.x",
                Dict.of("eligible_authrole", List.of("staff")),
                Dict.of("publisher", 7L),
                payload,
                0);
    }

    private static List<Long> ids(EventStore events, Rule rule) {
        return events.events(rule).stream().map(Kept::publication).toList();
    }

    @Test
    void eventsSurviveARestartInEverySerialization() {
        List<Kept> before;
        try (Store store = Store.open(directory)) {
            EventStore events = open(store, EventStore.Caps.DEFAULT);
            long id = 1;
            for (Serialization serialization : Serialization.values()) {
                byte[] args = Values.write(serialization, List.of("text", 5L));
                events.add(PREFIX, event(id++, Payload.encoded(serialization, args, 0, args.length, 1)));
            }
            events.add(PREFIX, event(id++, Payload.of(List.of(1L), Map.of("k", "v"))));
            events.add(PREFIX, event(id++, Payload.EMPTY));
            before = events.events(PREFIX);
        }
        try (Store store = Store.open(directory)) {
            List<Kept> after = open(store, EventStore.Caps.DEFAULT).events(PREFIX);
            assertEquals(before.size(), after.size());
            for (int i = 0; i < before.size(); i++) {
                Kept one = before.get(i);
                Kept other = after.get(i);
                assertEquals(one.publication(), other.publication());
                assertEquals(one.timestamp(), other.timestamp());
                assertEquals(one.topic(), other.topic());
                assertEquals(one.options(), other.options());
                assertEquals(one.details(), other.details());
                assertEquals(Payloads.args(one.payload()), Payloads.args(other.payload()));
                assertEquals(Payloads.kwargs(one.payload()), Payloads.kwargs(other.payload()));
            }
        }
    }

    @Test
    void theNewestAreKeptAsManyAsTheRuleSays() {
        for (int run = 0; run < 3; run++) {
            try (Store store = Store.open(directory)) {
                EventStore events = open(store, EventStore.Caps.DEFAULT);
                for (long id = 1; id <= 5; id++) {
                    events.add(EXACT, event(10L * run + id, Payload.of("x")));
                }
                long last = 10L * run + 5;
                assertEquals(List.of(last - 2, last - 1, last), ids(events, EXACT));
            }
            try (Store store = Store.open(directory)) {
                long last = 10L * run + 5;
                assertEquals(List.of(last - 2, last - 1, last), ids(open(store, EventStore.Caps.DEFAULT), EXACT));
                assertEquals(
                        3,
                        store.<Integer>read(
                                database -> database.query("SELECT count(*) FROM event", row -> row.getInt(1))
                                        .get(0)));
            }
        }
    }

    @Test
    void theHistoryIsCappedInOctets() {
        try (Store store = Store.open(directory)) {
            EventStore events = open(store, new EventStore.Caps(10_000, Duration.ofDays(1)));
            for (long id = 1; id <= 20; id++) {
                byte[] args = Values.write(Serialization.CBOR, List.of(new byte[3_000]));
                events.add(PREFIX, event(id, Payload.encoded(Serialization.CBOR, args, 0, args.length, 1)));
            }
            assertEquals(List.of(18L, 19L, 20L), ids(events, PREFIX));
        }
    }

    @Test
    void oldEventsAreForgotten() {
        try (Store store = Store.open(directory)) {
            EventStore events = open(store, new EventStore.Caps(1 << 20, Duration.ofHours(1)));
            long old = System.currentTimeMillis() - Duration.ofHours(2).toMillis();
            events.add(PREFIX, new Kept(1, old, "com.example.x", Dict.EMPTY, Dict.EMPTY, Payload.EMPTY, 0));
            events.add(PREFIX, event(2, Payload.EMPTY));
            assertEquals(List.of(2L), ids(events, PREFIX));
        }
    }

    @Test
    void realmsAndRulesAreKeptApart() {
        try (Store store = Store.open(directory)) {
            EventStore one = open(store, EventStore.Caps.DEFAULT);
            EventStore other = store.events("realm2", List.of(EXACT), EventStore.Caps.DEFAULT);
            one.add(EXACT, event(1, Payload.EMPTY));
            one.add(PREFIX, event(2, Payload.EMPTY));
            other.add(EXACT, event(3, Payload.EMPTY));
        }
        try (Store store = Store.open(directory)) {
            EventStore one = open(store, EventStore.Caps.DEFAULT);
            assertEquals(List.of(1L), ids(one, EXACT));
            assertEquals(List.of(2L), ids(one, PREFIX));
            assertEquals(List.of(3L), ids(store.events("realm2", List.of(EXACT), EventStore.Caps.DEFAULT), EXACT));
        }
    }

    @Test
    void eachTopicOfARuleHasAHistoryOfItsOwnThatSurvivesARestart() {
        Rule each = Rule.each("com.", 2);
        Rule one = new Rule("com.example.x", Match.EXACT, 2);
        try (Store store = Store.open(directory)) {
            EventStore events = store.events("realm1", List.of(each), EventStore.Caps.DEFAULT);
            for (long id = 1; id <= 3; id++) {
                events.add(one, event(id, Payload.of(id)));
            }
        }
        try (Store store = Store.open(directory)) {
            EventStore events = store.events("realm1", List.of(each), EventStore.Caps.DEFAULT);
            assertEquals(List.of(one), events.rules());
            assertEquals(List.of(2L, 3L), ids(events, one));
            events.forget(one);
            assertEquals(0, events.octets());
        }
        try (Store store = Store.open(directory)) {
            EventStore events = store.events("realm1", List.of(each), EventStore.Caps.DEFAULT);
            assertEquals(List.of(), events.rules());
        }
    }
}
