package io.polywire.router;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A map from ids (1 and up) to objects that allocates nothing but its table: open addressing with linear probing, and
 * removal by moving back (Knuth, vol. 3, 6.4, algorithm R), so that it never fills up with marks of the removed.
 */
final class LongMap<V> {
    private static final int SMALLEST = 8;

    /** The table of a map that never had anything in it, as most of a session's have not. Never written to. */
    private static final long[] NO_KEYS = {0};

    private static final @Nullable Object[] NO_VALUES = {null};

    private long[] keys = NO_KEYS; // 0: free
    private @Nullable Object[] values = NO_VALUES;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    @SuppressWarnings("unchecked") // only put fills the table
    @Nullable
    V get(long key) {
        for (int i = slot(key); keys[i] != 0; i = i + 1 & keys.length - 1) {
            if (keys[i] == key) {
                return (V) values[i];
            }
        }
        return null;
    }

    void put(long key, V value) {
        if (size >= keys.length - (keys.length >> 2) || keys.length < SMALLEST) {
            resize(Math.max(SMALLEST, keys.length * 2));
        }
        int i = slot(key);
        while (keys[i] != 0 && keys[i] != key) {
            i = i + 1 & keys.length - 1;
        }
        if (keys[i] == 0) {
            size++;
        }
        keys[i] = key;
        values[i] = value;
    }

    @SuppressWarnings("unchecked") // only put fills the table
    @Nullable
    V remove(long key) {
        int mask = keys.length - 1;
        int i = slot(key);
        while (keys[i] != key) {
            if (keys[i] == 0) {
                return null;
            }
            i = i + 1 & mask;
        }
        V removed = (V) values[i];
        for (int j = i + 1 & mask; keys[j] != 0; j = j + 1 & mask) {
            int home = slot(keys[j]);
            // what lies at j may move to i unless its home is in (i, j], cyclically
            if ((j - home & mask) >= (j - i & mask)) {
                keys[i] = keys[j];
                values[i] = values[j];
                i = j;
            }
        }
        keys[i] = 0;
        values[i] = null;
        size--;
        if (keys.length > 1024 && size < keys.length >> 3) {
            resize(keys.length >> 1); // a burst must not cost memory for ever
        }
        return removed;
    }

    /** In no particular order; the map must not change meanwhile. */
    @SuppressWarnings("unchecked") // only put fills the table
    void forEach(Consumer<? super V> action) {
        for (Object value : values) {
            if (value != null) {
                action.accept((V) value);
            }
        }
    }

    void clear() {
        keys = NO_KEYS;
        values = NO_VALUES;
        size = 0;
    }

    private void resize(int length) {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[length];
        values = new @Nullable Object[length];
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                @SuppressWarnings("unchecked") // only put fills the table
                V value = (V) oldValues[i];
                if (value != null) {
                    put(oldKeys[i], value);
                }
            }
        }
    }

    private int slot(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        return (int) (hash >>> 40) & keys.length - 1;
    }
}
