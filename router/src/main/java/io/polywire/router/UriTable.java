package io.polywire.router;

import io.polywire.model.Match;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Registrations or subscriptions by URI and by id. Finding those that match a URI costs a hash lookup, and a walk along the
 * URI where there are patterns at all; it does not grow with the number of others.
 */
final class UriTable<V> {
    private final Map<String, V> exact = new HashMap<>();
    private final PrefixTree<V> prefix = new PrefixTree<>();
    private final WildcardTree<V> wildcard = new WildcardTree<>();
    private final LongMap<V> byId = new LongMap<>();
    private long lastId;

    /** Ids count up from 1: some clients make big integers of larger ones and fail on them. */
    long nextId() {
        return ++lastId;
    }

    @Nullable
    V get(String uri, Match match) {
        return switch (match) {
            case EXACT -> exact.get(uri);
            case PREFIX -> prefix.get(uri);
            case WILDCARD -> wildcard.get(uri);
        };
    }

    @Nullable
    V get(long id) {
        return byId.get(id);
    }

    void put(long id, String uri, Match match, V value) {
        byId.put(id, value);
        switch (match) {
            case EXACT -> exact.put(uri, value);
            case PREFIX -> prefix.put(uri, value);
            case WILDCARD -> wildcard.put(uri, value);
        }
    }

    void remove(long id, String uri, Match match) {
        byId.remove(id);
        switch (match) {
            case EXACT -> exact.remove(uri);
            case PREFIX -> prefix.remove(uri);
            case WILDCARD -> wildcard.remove(uri);
        }
    }

    @Nullable
    V exact(String uri) {
        return exact.get(uri);
    }

    boolean hasPatterns() {
        return !prefix.isEmpty() || !wildcard.isEmpty();
    }

    /**
     * The best match (WAMP, "Pattern-based Registrations"): the exact one; else the longest prefix that ends with a
     * component; else the wildcard pattern with the longest leading runs of components; else the longest prefix that ends
     * inside a component.
     *
     * @param uriOf the URI that a value was put under
     */
    @Nullable
    V best(String uri, Function<? super V, String> uriOf) {
        V one = exact.get(uri);
        if (one != null || !hasPatterns()) {
            return one;
        }
        List<V> whole = new ArrayList<>(2);
        List<V> inside = new ArrayList<>(2);
        prefix.matches(uri, found -> (endsWithComponent(uriOf.apply(found), uri) ? whole : inside).add(found));
        if (!whole.isEmpty()) {
            return whole.getLast();
        }
        List<V> any = new ArrayList<>(2);
        wildcard.matches(uri, any::add);
        return !any.isEmpty() ? any.getFirst() : inside.isEmpty() ? null : inside.getLast();
    }

    private static boolean endsWithComponent(String prefix, String uri) {
        int end = prefix.length();
        return end == 0 || end == uri.length() || uri.charAt(end) == '.' || prefix.charAt(end - 1) == '.';
    }

    /** All that match: exact, prefixes, wildcards. */
    List<V> matches(String uri) {
        List<V> all = new ArrayList<>();
        V one = exact.get(uri);
        if (one != null) {
            all.add(one);
        }
        prefix.matches(uri, all::add);
        wildcard.matches(uri, all::add);
        return all;
    }

    int size() {
        return byId.size();
    }

    void forEach(Consumer<? super V> action) {
        byId.forEach(action);
    }
}
