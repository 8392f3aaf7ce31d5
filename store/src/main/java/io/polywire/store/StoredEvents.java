package io.polywire.store;

import io.polywire.codec.Codec;
import io.polywire.codec.Codecs;
import io.polywire.codec.Encoded;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import io.polywire.router.EventStore;
import io.polywire.router.HistoryRules;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    /**
     * Bounds of the history of each topic, beside the rule's number of events.
     *
     * @param octets of topics, options and payloads together; the newest event is kept even if it is larger
     * @param age after which an event is forgotten
     */
    public record Caps(long octets, Duration age) {
        /** 16 MiB and 30 days. */
        public static final Caps DEFAULT = new Caps(16L << 20, Duration.ofDays(30));
    }

    private static final System.Logger LOG = System.getLogger("io.polywire.store");
    private static final int OVERHEAD = 128;

    private record Numbered(long number, Kept event, int size) {}

    private static final class History {
        final ArrayDeque<Numbered> events = new ArrayDeque<>();
        long octets;
        long last;
        long written;
    }

    private final Store store;
    private final String realm;
    private final Caps caps;
    private final Map<HistoryRules.Rule, History> histories = new HashMap<>();
    private boolean scheduled;

    /** Reads what is kept for the rules; blocks. */
    StoredEvents(Store store, String realm, List<HistoryRules.Rule> rules, Caps caps) {
        this.store = store;
        this.realm = realm;
        this.caps = caps;
        rules.forEach(rule -> histories.put(rule, read(rule)));
    }

    @Override
    public synchronized void add(HistoryRules.Rule rule, Kept event) {
        History history = history(rule);
        add(history, new Numbered(history.last + 1, event, size(event)));
        trim(rule, history, event.timestamp());
        schedule();
    }

    @Override
    public synchronized List<Kept> events(HistoryRules.Rule rule) {
        History history = history(rule);
        trim(rule, history, System.currentTimeMillis());
        return history.events.stream().map(Numbered::event).toList();
    }

    private static void add(History history, Numbered one) {
        history.last = one.number;
        history.events.addLast(one);
        history.octets += one.size;
    }

    private void trim(HistoryRules.Rule rule, History history, long now) {
        long oldest = now - caps.age.toMillis();
        while (history.events.size() > rule.limit()
                || history.octets > caps.octets && history.events.size() > 1
                || !history.events.isEmpty() && history.events.getFirst().event.timestamp() < oldest) {
            history.octets -= history.events.removeFirst().size;
        }
    }

    private static int size(Kept event) {
        return OVERHEAD + event.topic().length() + event.payload().length();
    }

    // --- the file --------------------------------------------------------------------------------------------------

    private static String key(HistoryRules.Rule rule) {
        return rule.match() + " " + rule.topic();
    }

    private History history(HistoryRules.Rule rule) {
        History known = histories.get(rule);
        if (known == null) {
            throw new IllegalArgumentException("no rule for " + rule.topic() + " when the history was opened");
        }
        return known;
    }

    private History read(HistoryRules.Rule rule) {
        History history = new History();
        store.read(database -> database.query(
                        "SELECT number, at, serialization, publish, details FROM event"
                                + " WHERE realm = ? AND rule = ? ORDER BY number",
                        row -> {
                            Kept event = decode(row.getLong(2), row.getString(3), row.getBytes(4), row.getBytes(5));
                            return new Numbered(row.getLong(1), event, size(event));
                        },
                        realm,
                        key(rule)))
                .forEach(one -> add(history, one));
        history.written = history.last;
        return history;
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

    private record Unwritten(HistoryRules.Rule rule, long oldest, List<Numbered> events) {}

    private void flush(Database database) {
        List<Unwritten> all = new ArrayList<>();
        synchronized (this) {
            scheduled = false;
            histories.forEach((rule, history) -> {
                if (history.written < history.last) {
                    long from = history.written;
                    List<Numbered> events = history.events.stream()
                            .filter(one -> one.number > from)
                            .toList();
                    Numbered oldest = history.events.peekFirst();
                    all.add(new Unwritten(rule, oldest == null ? history.last + 1 : oldest.number, events));
                    history.written = history.last;
                }
            });
        }
        for (Unwritten one : all) {
            write(database, one);
        }
    }

    private void write(Database database, Unwritten one) {
        for (Numbered numbered : one.events) {
            Kept event = numbered.event;
            Serialization in = event.payload().serialization();
            Serialization serialization = in == null ? Serialization.CBOR : in;
            Message publish = new Message.Publish(event.publication(), event.options(), event.topic(), event.payload());
            Message details = new Message.Event(1, event.publication(), event.details(), Payload.EMPTY);
            database.update(
                    "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)",
                    realm,
                    key(one.rule),
                    numbered.number,
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
        return new Kept(message.request(), at, message.topic(), options, event.details(), message.payload());
    }
}
