package io.polywire.gate.door;

import io.polywire.gate.message.ApiException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;

/**
 * Gathers a body. The buffer grows with what has arrived, never with what was announced, within what all uploads together
 * may have in memory. Owned by one loop until it is {@linkplain #whole complete}.
 */
final class Upload {
    private static final int SMALLEST = 4096;

    private final AtomicLong budget;
    private final int limit;
    private byte[] body = new byte[0];
    private int length;

    /**
     * @param budget octets that all uploads may still take
     * @param limit most octets of this one
     */
    Upload(AtomicLong budget, int limit) {
        this.budget = budget;
        this.limit = limit;
    }

    /**
     * Adds a part.
     *
     * @throws ApiException 403 if it is too long, 429 if there are too many uploads at a time
     */
    void add(byte[] buf, int off, int len) {
        if (len > limit - length) {
            throw new ApiException(403, "module size limit exceeded");
        }
        if (length + len > body.length) {
            grow((int) Math.min(limit, Math.max(SMALLEST, Math.max(length + len, 2L * body.length))));
        }
        System.arraycopy(buf, off, body, length, len);
        length += len;
    }

    private void grow(int size) {
        int more = size - body.length;
        if (budget.addAndGet(-more) < 0) {
            budget.addAndGet(more);
            throw new ApiException(429, "request rate limit exceeded").with("Retry-After", "1");
        }
        body = Arrays.copyOf(body, size);
    }

    /** Everything that was added. */
    byte[] whole() {
        return length == body.length ? body : Arrays.copyOf(body, length);
    }

    /** Gives back what it has taken of the budget; it is empty afterwards. */
    void release() {
        budget.addAndGet(body.length);
        body = new byte[0];
        length = 0;
    }

    /**
     * Decompresses.
     *
     * @throws ApiException 400 if it is not gzip, 403 if there is more in it than the limit
     */
    static byte[] gunzip(byte[] compressed, int limit) {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            byte[] octets = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw new ApiException(403, "module size limit exceeded");
            }
            return octets;
        } catch (IOException e) {
            throw new ApiException(400, "content decode error");
        }
    }
}
