package io.polywire.store;

import io.polywire.codec.Codec;
import io.polywire.codec.Codecs;
import io.polywire.codec.Encoded;
import io.polywire.model.Dict;
import io.polywire.model.Match;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import io.polywire.router.EventLog;
import io.polywire.router.EventStore;
import io.polywire.router.HistoryRules;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The history of a realm's topics: in memory for the realm, and behind it in the store.
 *
 * <p>The realm adds and reads without waiting. What was added is written by the store's thread, as many events in one
 * transaction as have come meanwhile; so an event is safe some milliseconds after it was published, and an acknowledged
 * publication is not held up for it. Events that are forgotten before they were written never are. What waits is thus no more
 * than the history itself.
 *
 * <p>Threads: {@link #add} and {@link #events} on the realm's thread, writing on the store's; they share the histories under
 * this object's lock, which is held for moments only.
 */
public final class StoredEvents implements EventStore {
    private static final System.Logger LOG = System.getLogger("io.polywire.store");

    private static final class History {
        final EventLog log = new EventLog();
        long written; // number of the last event in the file
    }

    private final Store store;
    private final String realm;
    private final Caps caps;
    private final Map<HistoryRules.Rule, History> histories = new LinkedHashMap<>();
    private final Set<HistoryRules.Rule> forgotten = new HashSet<>(); // and perhaps still in the file
    private long octets;
    private boolean scheduled;

    /** Reads what is kept for the rules; blocks. */
    StoredEvents(Store store, String realm, List<HistoryRules.Rule> rules, Caps caps) {
        this.store = store;
        this.realm = realm;
        this.caps = caps;
        List<HistoryRules.Rule> each = new ArrayList<>();
        for (HistoryRules.Rule rule : rules) {
            if (rule.each()) {
                each.add(rule);
            } else {
                read(rule);
            }
        }
        if (!each.isEmpty()) {
            readEach(each);
        }
    }

    @Override
    public synchronized void add(HistoryRules.Rule rule, Kept event) {
        History history = histories.computeIfAbsent(rule, r -> new History());
        long before = history.log.octets();
        history.log.add(event);
        history.log.trim(rule.limit(), caps, event.timestamp());
        octets += history.log.octets() - before;
        schedule();
    }

    @Override
    public synchronized List<Kept> events(HistoryRules.Rule rule) {
        History history = histories.get(rule);
        if (history == null) {
            return List.of();
        }
        long before = history.log.octets();
        history.log.trim(rule.limit(), caps, System.currentTimeMillis());
        octets += history.log.octets() - before;
        return history.log.events();
    }

    @Override
    public synchronized void forget(HistoryRules.Rule rule) {
        History history = histories.remove(rule);
        if (history != null) {
            octets -= history.log.octets();
            forgotten.add(rule);
            schedule();
        }
    }

    @Override
    public synchronized List<HistoryRules.Rule> rules() {
        return List.copyOf(histories.keySet());
    }

    @Override
    public synchronized long octets() {
        return octets;
    }

    // --- the file --------------------------------------------------------------------------------------------------

    private static String key(HistoryRules.Rule rule) {
        return rule.match() + " " + rule.topic();
    }

    private void read(HistoryRules.Rule rule) {
        History history = new History();
        List<Long> numbers = new ArrayList<>();
        store.read(database -> database.query(
                        "SELECT number, at, serialization, publish, details FROM event"
                                + " WHERE realm = ? AND rule = ? ORDER BY number",
                        row -> {
                            numbers.add(row.getLong(1));
                            return decode(row.getLong(2), row.getString(3), row.getBytes(4), row.getBytes(5));
                        },
                        realm,
                        key(rule)))
                .forEach(event -> {
                    history.log.startAt(numbers.getFirst());
                    history.log.add(event);
                });
        history.written = history.log.last();
        octets += history.log.octets();
        histories.put(rule, history);
    }

    /** The topics with a history of their own, those that were published to longest ago first. */
    private void readEach(List<HistoryRules.Rule> each) {
        String exact = Match.EXACT + " ";
        List<String> keys = store.read(database -> database.query(
                "SELECT rule FROM event WHERE realm = ? GROUP BY rule ORDER BY max(at)",
                row -> row.getString(1),
                realm));
        for (String key : keys) {
            String topic = key.startsWith(exact) ? key.substring(exact.length()) : "";
            for (HistoryRules.Rule rule : each) {
                HistoryRules.Rule own = new HistoryRules.Rule(topic, Match.EXACT, rule.limit());
                if (!topic.isEmpty() && rule.covers(topic) && !histories.containsKey(own)) {
                    read(own);
                    break;
                }
            }
        }
    }

    private void schedule() {
        if (scheduled) {
            return;
        }
        scheduled = true;
        store.write(database -> {
                    flush(database);
                    return true;
                })
                .exceptionally(failure -> {
                    LOG.log(Level.ERROR, "events of realm " + realm + " were not written yet", failure);
                    unwritten();
                    return false;
                });
    }

    /** A write has failed: the next one writes all that is there. */
    private synchronized void unwritten() {
        histories.values().forEach(history -> history.written = 0);
    }

    /** @param first the number of the first of the events */
    private record Unwritten(HistoryRules.Rule rule, long oldest, long first, List<Kept> events) {}

    private void flush(Database database) {
        List<Unwritten> all = new ArrayList<>();
        List<HistoryRules.Rule> gone = new ArrayList<>();
        synchronized (this) {
            scheduled = false;
            gone.addAll(forgotten);
            forgotten.clear();
            histories.forEach((rule, history) -> {
                EventLog log = history.log;
                if (history.written < log.last()) {
                    List<Kept> events = log.events();
                    long first = Math.max(log.first(), history.written + 1);
                    int known = (int) (first - log.first());
                    all.add(new Unwritten(rule, log.first(), first, events.subList(known, events.size())));
                    history.written = log.last();
                }
            });
        }
        for (HistoryRules.Rule rule : gone) {
            database.update("DELETE FROM event WHERE realm = ? AND rule = ?", realm, key(rule));
        }
        for (Unwritten one : all) {
            write(database, one);
        }
    }

    private void write(Database database, Unwritten one) {
        long number = one.first;
        for (Kept event : one.events) {
            Serialization in = event.payload().serialization();
            Serialization serialization = in == null ? Serialization.CBOR : in;
            Message publish = new Message.Publish(event.publication(), event.options(), event.topic(), event.payload());
            Message details = new Message.Event(1, event.publication(), event.details(), Payload.EMPTY);
            database.update(
                    "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)",
                    realm,
                    key(one.rule),
                    number++,
                    event.timestamp(),
                    serialization.name(),
                    encode(serialization, publish),
                    encode(serialization, details));
        }
        database.update(
                "DELETE FROM event WHERE realm = ? AND rule = ? AND number < ?", realm, key(one.rule), one.oldest);
    }

    private static byte[] encode(Serialization serialization, Message message) {
        Encoded out = new Encoded();
        Codecs.of(serialization).encode(message, out);
        return out.toByteArray();
    }

    private static Kept decode(long at, String serialization, byte[] publish, byte[] details) {
        Codec codec = Codecs.of(Serialization.valueOf(serialization));
        Message.Publish message = (Message.Publish) codec.decode(publish, 0, publish.length);
        Message.Event event = (Message.Event) codec.decode(details, 0, details.length);
        Dict options = message.options();
        return new Kept(message.request(), at, message.topic(), options, event.details(), message.payload(), 0);
    }
}
