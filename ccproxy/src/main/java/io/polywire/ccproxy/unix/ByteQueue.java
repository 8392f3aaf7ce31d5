package io.polywire.ccproxy.unix;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/** Octets that wait to be sent, first in first out, in native memory. Belongs to one thread, that of its pool. */
public final class ByteQueue {
    private final ChunkPool pool;
    private final ArrayDeque<ChunkPool.Chunk> chunks = new ArrayDeque<>();
    /** Where the first chunk's unsent octets begin, and where the last one's end. */
    private int head;

    private int tail = ChunkPool.SIZE;
    private long size;

    public ByteQueue(ChunkPool pool) {
        this.pool = pool;
    }

    public long size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public void add(MemorySegment bytes, long offset, long length) {
        size += length;
        while (length > 0) {
            if (tail == ChunkPool.SIZE) {
                chunks.addLast(pool.take());
                tail = 0;
            }
            int n = (int) Math.min(length, ChunkPool.SIZE - tail);
            MemorySegment.copy(bytes, offset, chunks.getLast().memory(), tail, n);
            tail += n;
            offset += n;
            length -= n;
        }
    }

    /** Sends what the socket takes: how many octets, or {@code -errno} other than EAGAIN when it fails. */
    public long sendTo(int fd) {
        long sent = 0;
        while (size > 0) {
            int end = chunks.size() == 1 ? tail : ChunkPool.SIZE;
            int n = UnixSocket.send(fd, chunks.getFirst().memory(), head, end - head);
            if (n == -Errno.EAGAIN) {
                break;
            }
            if (n < 0) {
                return n;
            }
            sent += n;
            size -= n;
            head += n;
            if (head == end) {
                dropFirst();
            } else {
                break; // the socket is full
            }
        }
        return sent;
    }

    public void clear() {
        while (!chunks.isEmpty()) {
            pool.give(chunks.removeFirst());
        }
        size = 0;
        head = 0;
        tail = ChunkPool.SIZE;
    }

    private void dropFirst() {
        pool.give(chunks.removeFirst());
        head = 0;
        if (chunks.isEmpty()) {
            tail = ChunkPool.SIZE;
        }
    }
}
