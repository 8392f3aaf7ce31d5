package io.polywire.net;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket for each of many keys: time fills it, who takes a token has to find one. The buckets of the {@value #MOST}
 * keys that were seen last are kept; who was not seen for longer has a full one, and a full one takes no memory.
 *
 * <p>Not thread-safe. Times are those of {@link System#nanoTime}.
 *
 * @param <K> immutable
 */
public final class TokenBuckets<K> {
    private static final int MOST = 1 << 16;

    private final int size;
    private final double nanosPerToken;

    @SuppressWarnings("serial") // It is never serialized.
    private final Map<K, Bucket> byKey = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Bucket> eldest) {
            return size() > MOST;
        }
    };

    private static final class Bucket {
        double tokens;
        long at;
    }

    /**
     * @param size tokens of a full bucket, at least 1
     * @param window in which an empty one is filled
     */
    public TokenBuckets(int size, Duration window) {
        this.size = size;
        this.nanosPerToken = (double) window.toNanos() / size;
    }

    /** Nanoseconds until there is a token; 0 if there is one. */
    public long wait(K key, long now) {
        Bucket bucket = filled(key, now);
        return bucket == null || bucket.tokens >= 1
                ? 0
                : Math.max(1, (long) Math.ceil((1 - bucket.tokens) * nanosPerToken));
    }

    /** Takes a token if there is one; returns what {@link #wait} would have. */
    public long take(K key, long now) {
        long wait = wait(key, now);
        if (wait == 0) {
            add(key, -1, now);
        }
        return wait;
    }

    /** Adds tokens, up to the size; negative numbers take some. */
    public void add(K key, int tokens, long now) {
        Bucket bucket = filled(key, now);
        if (bucket == null) {
            if (tokens > 0) {
                return; // full already
            }
            bucket = new Bucket();
            bucket.tokens = size;
            bucket.at = now;
            byKey.put(key, bucket);
        }
        bucket.tokens = Math.min(size, bucket.tokens + tokens);
        if (bucket.tokens >= size) {
            byKey.remove(key);
        }
    }

    private @Nullable Bucket filled(K key, long now) {
        Bucket bucket = byKey.get(key);
        if (bucket != null) {
            bucket.tokens = Math.min(size, bucket.tokens + (now - bucket.at) / nanosPerToken);
            bucket.at = now;
        }
        return bucket;
    }
}
