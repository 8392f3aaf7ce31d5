package io.polywire.gate.service;

import io.polywire.model.TraceContext;
import io.polywire.wasm.module.ByteReader;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.ModuleException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one program can talk to: takes its packets apart, answers its discoveries, passes packets to services and has
 * those for the program ready. Thread-safe; the program's thread and those of doors and services meet here, under this
 * object's lock, for short times; callbacks are made without it.
 */
public final class GuestServices implements Inbox.Handler {
    /** Replies that the program has not read, past which it cannot send, in bytes. */
    private static final int MAX_REPLIES = 64 << 10;

    /** A service as the program knows it; unknown ones have neither entry nor origin. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    private record Discovered(byte[] name, @Nullable ServiceEntry entry, boolean origin) {
        boolean available() {
            return origin || entry != null;
        }
    }

    private final Map<String, GuestService> available;
    private final @Nullable String principal;
    private final String instance;
    private final @Nullable TraceContext trace;
    private final Mailbox mailbox = new Mailbox();
    private final Outbox outbox = new Outbox();
    private final Inbox inbox = new Inbox(this);
    private final Origin origin = new Origin(this);
    private final List<Discovered> discovered = new ArrayList<>();
    private int replyBytes;
    private boolean stopped;
    private boolean interrupted;
    private @Nullable CompletableFuture<@Nullable Void> waiter;
    private boolean waitsToRead;
    private boolean waitsToSend;

    /**
     * Services of a program that begins.
     *
     * @param available services by name, besides the origin
     * @param principal owner, null if anonymous
     */
    public GuestServices(Map<String, GuestService> available, @Nullable String principal, String instance) {
        this(available, principal, instance, null);
    }

    /**
     * The same within a trace.
     *
     * @param trace what services tell others of its calls; null: nothing
     */
    public GuestServices(
            Map<String, GuestService> available,
            @Nullable String principal,
            String instance,
            @Nullable TraceContext trace) {
        this.trace = trace;
        this.available = available;
        this.principal = principal;
        this.instance = instance;
    }

    @Nullable
    String principal() {
        return principal;
    }

    String instance() {
        return instance;
    }

    @Nullable
    TraceContext trace() {
        return trace;
    }

    Outbox outbox() {
        return outbox;
    }

    /** Makes a callback later, without the lock. */
    void later(Runnable task) {
        mailbox.add(task);
    }

    /** Does something under the lock, then lets the program know and makes callbacks. */
    void locked(Runnable action) {
        try {
            synchronized (this) {
                action.run();
            }
        } finally {
            settle();
        }
    }

    private void settle() {
        if (Thread.holdsLock(this)) {
            return; // a service that is called under the lock; whoever holds it settles
        }
        CompletableFuture<@Nullable Void> woken = null;
        synchronized (this) {
            if (waiter != null && isReady()) {
                woken = waiter;
                waiter = null;
            }
        }
        if (woken != null) {
            woken.complete(null);
        }
        mailbox.drain();
    }

    // ---- the program's side, on its thread

    /**
     * Takes bytes that the program sends; returns how many, which are fewer if it must read replies first.
     *
     * @throws AbiViolationException if they break the protocol
     */
    public int send(byte[] from, int at, int length) {
        try {
            synchronized (this) {
                return inbox.write(from, at, length);
            }
        } finally {
            settle();
        }
    }

    /** Gives bytes to the program; returns how many. */
    public int receive(byte[] to, int at, int room) {
        int n;
        synchronized (this) {
            n = outbox.read(to, at, room);
        }
        mailbox.drain();
        return n;
    }

    private boolean isReadable() {
        return !outbox.isEmpty();
    }

    private boolean isWritable() {
        return !full();
    }

    /** Whether there is something to read. */
    public synchronized boolean readable() {
        return isReadable();
    }

    /** Whether the program can send. */
    public synchronized boolean writable() {
        return isWritable();
    }

    private boolean isReady() {
        return (waitsToRead && isReadable()) || (waitsToSend && isWritable());
    }

    /**
     * A stage that completes when the program can read, or send, whichever it wants.
     *
     * @return null if it can now
     */
    public synchronized @Nullable CompletionStage<?> untilReady(boolean read, boolean send) {
        waitsToRead = read;
        waitsToSend = send;
        if (isReady()) {
            return null;
        }
        CompletableFuture<@Nullable Void> w = new CompletableFuture<>();
        waiter = w;
        return w;
    }

    @Override
    public boolean full() {
        if (replyBytes >= MAX_REPLIES) {
            return true;
        }
        for (Discovered d : discovered) {
            if (d.entry != null && d.entry.full()) {
                return true;
            }
        }
        return false;
    }

    /** Queues a packet that the program has caused itself. */
    void reply(byte[] packet) {
        replyBytes += packet.length;
        outbox.add(packet, () -> replyBytes -= packet.length);
    }

    @Override
    public void packet(byte[] b, int at, int size) {
        int code = Packets.i16(b, at + 4);
        int domain = b[at + 6] & 15;
        if (code < Packets.DISCOVERY) {
            throw new AbiViolationException("invalid code in incoming packet: " + code);
        }
        if (code == Packets.DISCOVERY) {
            discovery(b, at, size, domain);
            return;
        }
        if (domain > Packets.DATA) {
            throw new AbiViolationException("invalid domain in packet: " + domain);
        }
        if (domain == Packets.DATA && size < Packets.DATA_HEADER) {
            throw new AbiViolationException("data packet is too short: " + size + " bytes");
        }
        if (code >= discovered.size()) {
            throw new AbiViolationException("invalid service code in packet: " + code);
        }
        Discovered d = discovered.get(code);
        if (d.origin) {
            switch (domain) {
                case Packets.CALL -> origin.call();
                case Packets.FLOW -> origin.flow(b, at + Packets.HEADER, at + size);
                case Packets.DATA -> origin.data(b, at + Packets.HEADER, at + size);
                default -> {}
            }
        } else if (d.entry != null) {
            byte[] content = new byte[size - Packets.HEADER];
            System.arraycopy(b, at + Packets.HEADER, content, 0, content.length);
            d.entry.packet(domain, content);
        }
    }

    private void discovery(byte[] b, int at, int size, int domain) {
        if (domain != Packets.CALL) {
            throw new AbiViolationException("service discovery packet has wrong domain: " + domain);
        }
        if (size < Packets.HEADER + 2) {
            throw new AbiViolationException("service discovery packet is too short: " + size + " bytes");
        }
        int count = Packets.i16(b, at + Packets.HEADER) & 0xffff;
        int i = at + Packets.HEADER + 2;
        int end = at + size;
        List<byte[]> names = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            if (i >= end) {
                throw new AbiViolationException("name data is truncated in service discovery packet");
            }
            int length = b[i++] & 0xff;
            if (length == 0 || length > 127) {
                throw new AbiViolationException("service name length in discovery packet is out of bounds");
            }
            if (i + length > end) {
                throw new AbiViolationException("name data is truncated in service discovery packet");
            }
            byte[] name = new byte[length];
            System.arraycopy(b, i, name, 0, length);
            names.add(name);
            i += length;
        }
        for (byte[] name : names) {
            if (discovered.size() < Packets.MAX_SERVICES) {
                discover(name);
            }
        }
        reply(states(Packets.CALL));
    }

    private void discover(byte[] name) {
        String text = new String(name, StandardCharsets.UTF_8);
        GuestService service = available.get(text);
        boolean isOrigin = text.equals(Origin.NAME);
        if ((service != null || isOrigin) && isKnown(name)) {
            throw new AbiViolationException("duplicate service");
        }
        int code = discovered.size();
        ServiceEntry entry = null;
        if (isOrigin) {
            origin.discovered(code);
        } else if (service != null) {
            entry = new ServiceEntry(this, code);
            entry.open(service);
        }
        discovered.add(new Discovered(name, entry, isOrigin));
    }

    private boolean isKnown(byte[] name) {
        for (Discovered d : discovered) {
            if (Arrays.equals(d.name, name)) {
                return true;
            }
        }
        return false;
    }

    private byte[] states(int domain) {
        byte[] p = Packets.packet(Packets.DISCOVERY, domain, 0, 2 + discovered.size());
        Packets.i16(p, Packets.HEADER, discovered.size());
        for (int i = 0; i < discovered.size(); i++) {
            p[Packets.HEADER + 2 + i] = (byte) (discovered.get(i).available() ? 1 : 0);
        }
        return p;
    }

    // ---- the door's side

    /** A stream for a client, to be {@linkplain #connect connected}. */
    public GuestStream stream(GuestPeer peer) {
        return new OriginStream(origin, peer);
    }

    /**
     * Connects a client. Its peer hears {@link GuestPeer#connected} when the program accepts; {@link GuestPeer#refused} at
     * once if the program is not running.
     *
     * @param stream that of the peer
     */
    public void connect(GuestStream stream) {
        locked(() -> origin.connect((OriginStream) stream, !stopped));
    }

    // ---- life

    /** The program starts, or goes on after {@link #stop}, and is told the present state of its services. */
    public void start() {
        locked(() -> {
            stopped = false;
            if (interrupted) {
                interrupted = false;
                if (!discovered.isEmpty()) {
                    outbox.add(states(Packets.INFO));
                }
                origin.resume();
                sessions(GuestSession::resumed);
            }
        });
    }

    /** The program stops for a time: clients go, everything else is kept. */
    public void stop() {
        locked(() -> {
            stopped = true;
            interrupted = true;
            waiter = null;
            origin.stop();
            sessions(GuestSession::suspended);
        });
    }

    /** The program has ended: clients and services go. */
    public void close() {
        locked(() -> {
            stopped = true;
            waiter = null;
            origin.stop();
            sessions(GuestSession::close);
            discovered.replaceAll(d -> new Discovered(d.name, null, d.origin));
        });
    }

    private void sessions(Consumer<GuestSession> event) {
        for (Discovered d : discovered) {
            if (d.entry != null) {
                GuestSession s = d.entry.session();
                later(() -> event.accept(s));
            }
        }
    }

    // ---- snapshots

    /** Content of section {@code gate.buffer}, null if there is nothing to keep. Nothing runs meanwhile. */
    public synchronized byte @Nullable [] save() {
        byte[] input = outbox.save();
        byte[] output = inbox.save();
        if (discovered.isEmpty() && input.length == 0 && output.length == 0) {
            return null;
        }
        ByteWriter w = new ByteWriter().u32(input.length).u32(output.length).u32(discovered.size());
        ByteWriter states = new ByteWriter();
        for (Discovered d : discovered) {
            byte[] state = d.origin ? origin.save() : d.entry != null ? d.entry.save() : new byte[0];
            w.u8(d.name.length).bytes(d.name).u32(state.length);
            states.bytes(state);
        }
        return w.bytes(input).bytes(output).bytes(states.toBytes()).toBytes();
    }

    /**
     * Puts back what {@link #save} returned, before the program starts.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    public void restore(byte[] buffer) {
        try {
            synchronized (this) {
                restore(new ByteReader(buffer, 0, buffer.length), buffer);
            }
        } catch (ModuleException.Malformed e) {
            throw new IllegalArgumentException(e.reason(), e);
        } finally {
            settle();
        }
    }

    private void restore(ByteReader in, byte[] buffer) {
        int inputSize = in.length();
        int outputSize = in.length();
        int count = in.count(3);
        if (count > Packets.MAX_SERVICES) {
            throw new IllegalArgumentException(count + " services");
        }
        List<byte[]> names = new ArrayList<>();
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++) {
            byte[] name = bytes(in, in.u8(), buffer);
            if (name.length == 0 || name.length > 127) {
                throw new IllegalArgumentException("service name of " + name.length + " bytes");
            }
            names.add(name);
            sizes[i] = in.length();
        }
        byte[] input = bytes(in, inputSize, buffer);
        if (input.length > 0) {
            outbox.add(input);
        }
        inbox.restore(bytes(in, outputSize, buffer));
        for (int i = 0; i < count; i++) {
            byte[] state = bytes(in, sizes[i], buffer);
            restore(names.get(i), new ByteReader(state, 0, state.length));
        }
        if (!in.atEnd()) {
            throw new IllegalArgumentException("bytes behind the last service");
        }
        interrupted = true;
    }

    private void restore(byte[] name, ByteReader state) {
        String text = new String(name, StandardCharsets.UTF_8);
        GuestService service = available.get(text);
        boolean isOrigin = text.equals(Origin.NAME);
        if ((service != null || isOrigin) && isKnown(name)) {
            throw new IllegalArgumentException("duplicate service");
        }
        int code = discovered.size();
        ServiceEntry entry = null;
        if (isOrigin) {
            origin.discovered(code);
            origin.restore(state);
        } else if (service != null) {
            entry = new ServiceEntry(this, code);
            entry.restore(service, state);
        }
        discovered.add(new Discovered(name, entry, isOrigin));
    }

    private static byte[] bytes(ByteReader in, int n, byte[] buffer) {
        int at = in.pos();
        in.skip(n);
        byte[] b = new byte[n];
        System.arraycopy(buffer, at, b, 0, n);
        return b;
    }
}
