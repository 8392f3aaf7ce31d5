package io.polywire.gate.service;

import io.polywire.gate.service.GuestService.Saved;
import io.polywire.model.TraceContext;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service that a program has discovered, other than the origin: counts what is pending and numbers the replies.
 * Guarded by the lock of {@link GuestServices}, but the session is called without it.
 */
final class ServiceEntry implements GuestLink {
    /** Unanswered calls past which the program cannot send. A reply's index has eight bits. */
    static final int MAX_PENDING = 255;

    private final class Call implements GuestCall {
        @Override
        public void reply(byte[] content) {
            check(content);
            services.locked(() -> {
                int index = pending.indexOf(this);
                if (index >= 0) {
                    pending.remove(index);
                    services.reply(Packets.packet(code, Packets.CALL, index, content));
                }
            });
        }
    }

    private final GuestServices services;
    private final int code;
    private final List<Call> pending = new ArrayList<>();
    private int queued;
    private @Nullable GuestSession session;

    ServiceEntry(GuestServices services, int code) {
        this.services = services;
        this.code = code;
    }

    private static void check(byte[] content) {
        if (content.length > MAX_CONTENT) {
            throw new IllegalArgumentException("packet content of " + content.length + " bytes");
        }
    }

    void open(GuestService service) {
        session = service.open(this, null);
    }

    boolean full() {
        return pending.size() >= MAX_PENDING;
    }

    GuestSession session() {
        GuestSession s = session;
        if (s == null) {
            throw new IllegalStateException("service is not open");
        }
        return s;
    }

    /** A packet from the program. */
    void packet(int domain, byte[] content) {
        GuestSession s = session();
        if (domain == Packets.CALL) {
            Call call = new Call();
            pending.add(call);
            services.later(() -> s.call(call, content));
        } else if (domain == Packets.INFO) {
            services.later(() -> s.info(content));
        }
    }

    byte[] save() {
        return new ByteWriter().u32(pending.size()).bytes(session().state()).toBytes();
    }

    void restore(GuestService service, ByteReader in) {
        int n = in.u32();
        if (n < 0 || n > MAX_PENDING) {
            throw new IllegalArgumentException("pending calls: " + Integer.toUnsignedString(n));
        }
        for (int i = 0; i < n; i++) {
            pending.add(new Call());
        }
        byte[] state = new byte[in.remaining()];
        for (int i = 0; i < state.length; i++) {
            state[i] = (byte) in.u8();
        }
        session = service.open(this, new Saved(state, List.copyOf(pending)));
    }

    @Override
    public @Nullable String principal() {
        return services.principal();
    }

    @Override
    public String instance() {
        return services.instance();
    }

    @Override
    public @Nullable TraceContext trace() {
        return services.trace();
    }

    @Override
    public void info(byte[] content) {
        check(content);
        services.locked(() -> {
            queued++;
            services.outbox().add(Packets.packet(code, Packets.INFO, 0, content), () -> queued--);
        });
    }

    @Override
    public int queued() {
        synchronized (services) {
            return queued;
        }
    }
}
