package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Match;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Finding registrations and subscriptions by URI. */
class LookupTest {
    private static final int PROBES = 20_000;

    private static UriTable<String> table(int unrelated) {
        UriTable<String> table = new UriTable<>();
        for (int i = 0; i < unrelated; i++) {
            table.put(table.nextId(), "org.n" + i + ".x", Match.PREFIX, "p" + i);
            table.put(table.nextId(), "org..n" + i + ".y", Match.WILDCARD, "w" + i);
            table.put(table.nextId(), "org.n" + i, Match.EXACT, "e" + i);
        }
        table.put(table.nextId(), "com.", Match.PREFIX, "prefix");
        table.put(table.nextId(), "com..c", Match.WILDCARD, "wildcard");
        table.put(table.nextId(), "com.b.c", Match.EXACT, "exact");
        return table;
    }

    private static long nanos(UriTable<String> table) {
        long begin = System.nanoTime();
        int found = 0;
        for (int i = 0; i < PROBES; i++) {
            found += table.matches("com.b.c").size();
        }
        long took = System.nanoTime() - begin;
        assertEquals(3 * PROBES, found);
        return took / PROBES;
    }

    /** The bound is generous, for busy machines: a search through all would be thousands of times slower, not ten. */
    @Test
    void lookupDoesNotGrowWithUnrelatedPatterns() {
        UriTable<String> few = table(10);
        UriTable<String> many = table(100_000);
        List<Long> small = new ArrayList<>();
        List<Long> large = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            small.add(nanos(few));
            large.add(nanos(many));
        }
        long ofFew = Collections.min(small);
        long ofMany = Collections.min(large);
        System.out.println("lookup among 10 patterns: " + ofFew + " ns, among 100,000: " + ofMany + " ns");
        assertTrue(ofMany <= 10 * ofFew + 500, () -> ofFew + " ns among 10, " + ofMany + " ns among 100,000");
    }

    @Test
    void theTableAgreesWithANaiveSearchWhileEntriesComeAndGo() {
        Random random = new Random(1);
        UriTable<String> table = new UriTable<>();
        Map<String, Long> ids = new LinkedHashMap<>();
        String[] parts = {"a", "b", "ab", ""};
        for (int step = 0; step < 20_000; step++) {
            Match match = Match.values()[random.nextInt(3)];
            String uri = uri(random, parts, match == Match.EXACT ? 3 : 4);
            String key = match + ":" + uri;
            Long id = ids.remove(key);
            if (id == null) {
                long fresh = table.nextId();
                ids.put(key, fresh);
                table.put(fresh, uri, match, key);
            } else {
                table.remove(id, uri, match);
            }
            String probe = uri(random, parts, 3);
            Set<String> expected = new HashSet<>();
            for (String one : ids.keySet()) {
                int colon = one.indexOf(':');
                Match how = Match.valueOf(one.substring(0, colon));
                if (new SimulatedPeer.Pattern(one.substring(colon + 1), how).matches(probe)) {
                    expected.add(one);
                }
            }
            assertEquals(expected, new HashSet<>(table.matches(probe)), probe);
        }
    }

    private static String uri(Random random, String[] parts, int kinds) {
        StringBuilder uri = new StringBuilder(parts[random.nextInt(kinds)]);
        for (int i = random.nextInt(4); i > 0; i--) {
            uri.append('.').append(parts[random.nextInt(kinds)]);
        }
        return uri.toString();
    }
}
