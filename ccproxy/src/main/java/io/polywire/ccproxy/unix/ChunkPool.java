package io.polywire.ccproxy.unix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Native memory in pieces of {@value #SIZE} octets, of which a few are kept for the next taker. Belongs to one thread:
 * all calls come from it.
 */
public final class ChunkPool {
    static final int SIZE = 64 * 1024;
    private static final int KEPT = 32;

    /** A piece and the arena that frees it. */
    record Chunk(Arena arena, MemorySegment memory) {}

    private final ArrayDeque<Chunk> free = new ArrayDeque<>();
    private int taken;

    Chunk take() {
        taken++;
        Chunk chunk = free.poll();
        if (chunk != null) {
            return chunk;
        }
        Arena arena = Arena.ofConfined();
        return new Chunk(arena, arena.allocate(SIZE));
    }

    void give(Chunk chunk) {
        taken--;
        if (free.size() < KEPT) {
            free.push(chunk);
        } else {
            chunk.arena.close();
        }
    }

    /** Pieces in use. */
    public int taken() {
        return taken;
    }

    /** Frees what is kept. */
    public void clear() {
        free.forEach(chunk -> chunk.arena.close());
        free.clear();
    }
}
