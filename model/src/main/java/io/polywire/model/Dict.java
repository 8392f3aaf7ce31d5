package io.polywire.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Options or Details of a message: string keys, and values that are null, {@link Boolean}, {@link Long}, {@link
 * java.math.BigInteger} (beyond 64 bits), {@link Double}, {@link String}, {@code byte[]}, {@link List} or {@link Map} of
 * such. Immutable; keeps the order of its keys.
 *
 * <p>The typed accessors throw {@link InvalidArgument} when the key is there with another type; an absent key and a
 * null value are the same to them.
 */
public final class Dict {
    public static final Dict EMPTY = new Dict(Map.of());

    private final Map<String, @Nullable Object> map;

    private Dict(Map<String, @Nullable Object> map) {
        this.map = map;
    }

    /** Takes the map over: the caller must not change it afterwards. */
    public static Dict of(Map<String, @Nullable Object> map) {
        return map.isEmpty() ? EMPTY : new Dict(map);
    }

    public static Dict of(String key, @Nullable Object value) {
        return new Dict(Collections.singletonMap(key, value));
    }

    /** This dict with one key set, as a new one. */
    public Dict with(String key, @Nullable Object value) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(map);
        copy.put(key, value);
        return new Dict(copy);
    }

    public boolean isEmpty() {
        return map.isEmpty();
    }

    public boolean has(String key) {
        return map.containsKey(key);
    }

    public @Nullable Object get(String key) {
        return map.get(key);
    }

    /** Unmodifiable. */
    public Map<String, @Nullable Object> asMap() {
        return Collections.unmodifiableMap(map);
    }

    /** True only where the value is true; absent is false. */
    public boolean flag(String key) {
        return flag(key, false);
    }

    public boolean flag(String key, boolean absent) {
        return switch (map.get(key)) {
            case null -> absent;
            case Boolean b -> b;
            default -> throw wrong(key, "a boolean");
        };
    }

    public @Nullable String string(String key) {
        return switch (map.get(key)) {
            case null -> null;
            case String s -> s;
            default -> throw wrong(key, "a string");
        };
    }

    /** A non-negative integer. */
    public long integer(String key, long absent) {
        return switch (map.get(key)) {
            case null -> absent;
            case Long n when n >= 0 -> n;
            default -> throw wrong(key, "a non-negative integer");
        };
    }

    public Dict dict(String key) {
        return switch (map.get(key)) {
            case null -> EMPTY;
            case Map<?, ?> m -> of(strings(m));
            default -> throw wrong(key, "a dict");
        };
    }

    /** The list at a key; null where it is absent (an empty list can mean something else). */
    public @Nullable List<?> list(String key) {
        return switch (map.get(key)) {
            case null -> null;
            case List<?> l -> l;
            default -> throw wrong(key, "a list");
        };
    }

    /** Every dict inside a dict has string keys: the codecs refuse others. */
    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> strings(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }

    private static InvalidArgument wrong(String key, String expected) {
        return new InvalidArgument(key + " must be " + expected);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Dict d && map.equals(d.map);
    }

    @Override
    public int hashCode() {
        return Objects.hash(map);
    }

    @Override
    public String toString() {
        return map.toString();
    }
}
