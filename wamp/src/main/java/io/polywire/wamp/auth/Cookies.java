package io.polywire.wamp.auth;

import io.polywire.wamp.crypto.Crypto;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers who authenticated over a connection with a tracking cookie. Thread-safe; may block.
 *
 * <p>Keys are hashes of cookie and realm: who reads the memory does not get the cookies.
 */
public interface Cookies {
    /**
     * An authentication.
     *
     * @param provider who checked it
     */
    record Remembered(String authid, String role, String provider) {}

    /** Remembers it for so long, in place of what was remembered before. */
    void remember(String key, Remembered who, Duration life);

    /** Null if there is none, or no longer. */
    @Nullable
    Remembered find(String key);

    /** In this process's memory: the last 100,000. */
    static Cookies inMemory() {
        return new InMemory();
    }

    /** The key of a cookie in a realm. */
    static String key(String cookie, String realm) {
        return Crypto.hex(Crypto.sha256(Crypto.utf8(cookie + '\0' + realm)));
    }

    /** See {@link #inMemory}. */
    final class InMemory implements Cookies {
        private static final int MOST = 100_000;

        private record Kept(Remembered who, long expires) {}

        @SuppressWarnings("serial") // It is never serialized.
        private final Map<String, Kept> entries = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
                return size() > MOST;
            }
        };

        private InMemory() {}

        @Override
        public synchronized void remember(String key, Remembered who, Duration life) {
            entries.remove(key);
            entries.put(key, new Kept(who, System.nanoTime() + life.toNanos()));
        }

        @Override
        public synchronized @Nullable Remembered find(String key) {
            Kept entry = entries.get(key);
            if (entry != null && System.nanoTime() - entry.expires > 0) {
                entries.remove(key);
                return null;
            }
            return entry == null ? null : entry.who;
        }
    }
}
