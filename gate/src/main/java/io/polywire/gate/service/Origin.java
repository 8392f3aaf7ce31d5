package io.polywire.gate.service;

import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/** The service "origin": streams between clients and the program. Guarded by the lock of {@link GuestServices}. */
final class Origin {
    static final String NAME = "origin";

    /** Open streams past which no further connection is made; others wait. */
    private static final int MAX_STREAMS = 1024;

    private final GuestServices services;
    private final Map<Integer, OriginStream> streams = new TreeMap<>();
    private final Deque<OriginStream> waiting = new ArrayDeque<>();
    private int accepts;
    private int code = -1;

    Origin(GuestServices services) {
        this.services = services;
    }

    /** Code under which the program knows the service. */
    int code() {
        return code;
    }

    void discovered(int newCode) {
        code = newCode;
    }

    // ---- the program's packets

    void call() {
        if (accepts < Integer.MAX_VALUE) {
            accepts++;
        }
        match();
    }

    void flow(byte[] bytes, int at, int end) {
        for (int i = at; i + 8 <= end; i += 8) {
            OriginStream s = streams.get(Packets.i32(bytes, i));
            if (s != null) {
                s.flow(Packets.i32(bytes, i + 4));
            }
        }
    }

    void data(byte[] bytes, int at, int end) {
        OriginStream s = streams.get(Packets.i32(bytes, at));
        if (s != null) {
            s.data(bytes, at + 8, end - at - 8);
        }
    }

    // ---- streams

    /** Makes a connection that the program may accept; if it is not running it is refused. */
    void connect(OriginStream s, boolean running) {
        if (running && s.hasPeer()) {
            waiting.add(s);
            match();
        } else {
            s.refuse();
        }
    }

    private void match() {
        while (accepts > 0 && !waiting.isEmpty() && streams.size() < MAX_STREAMS) {
            accepts--;
            int id = 0;
            for (int used : streams.keySet()) {
                if (used != id) {
                    break;
                }
                id++;
            }
            OriginStream s = waiting.remove();
            streams.put(id, s);
            byte[] reply = Packets.packet(code, Packets.CALL, 0, 8);
            Packets.i32(reply, 8, id);
            services.outbox().add(reply);
            s.accepted(id);
        }
    }

    void cancel(OriginStream s) {
        waiting.remove(s);
    }

    void remove(OriginStream s) {
        if (streams.remove(s.id(), s)) {
            match();
        }
    }

    void queue(OriginStream s) {
        services.outbox().add(s);
    }

    void later(Runnable task) {
        services.later(task);
    }

    void locked(Runnable action) {
        services.locked(action);
    }

    /** The program stops, for a time or for good: clients go. */
    void stop() {
        streams.values().forEach(OriginStream::stopped);
        waiting.forEach(OriginStream::refuse);
        waiting.clear();
    }

    // ---- snapshots

    byte[] save() {
        ByteWriter w = new ByteWriter().u32(accepts);
        if (!streams.isEmpty()) {
            w.u32(streams.size());
            streams.values().forEach(s -> s.save(w, services.outbox()));
        }
        return w.toBytes();
    }

    void restore(ByteReader in) {
        accepts = Math.max(0, in.u32());
        if (!in.atEnd()) {
            int n = in.count(7);
            if (n > MAX_STREAMS) {
                throw new IllegalArgumentException(n + " streams");
            }
            for (int i = 0; i < n; i++) {
                OriginStream s = OriginStream.restore(this, in);
                if (streams.put(s.id(), s) != null) {
                    throw new IllegalArgumentException("two streams " + s.id());
                }
            }
        }
    }

    void resume() {
        streams.values().forEach(OriginStream::resume);
        match();
    }
}
