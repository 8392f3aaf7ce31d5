package io.polywire.gate.storage;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps everything for as long as the process lives. */
public final class MemoryStorage implements Storage {
    private record Owned(String principal, String id) {}

    /** All guarded by this. */
    private final Map<String, byte[]> modules = new HashMap<>();

    private final Set<StoredRef> refs = new HashSet<>();
    private final Map<Owned, StoredInstance> instances = new HashMap<>();
    private final Map<Long, byte[]> states = new HashMap<>();
    private final Map<Owned, Long> nonces = new HashMap<>();
    private long lastState;
    private long swept;

    @Override
    public synchronized Contents load() {
        return new Contents(
                modules.entrySet().stream()
                        .map(e -> new StoredModule(e.getKey(), e.getValue().length))
                        .toList(),
                List.copyOf(refs),
                List.copyOf(instances.values()));
    }

    @Override
    public synchronized void addModule(String id, byte[] octets) {
        modules.put(id, octets);
    }

    @Override
    public synchronized byte[] module(String id) {
        return found(modules.get(id), "module " + id);
    }

    @Override
    public synchronized void removeModule(String id) {
        modules.remove(id);
    }

    @Override
    public synchronized void addRef(StoredRef ref) {
        refs.add(ref);
    }

    @Override
    public synchronized void removeRef(StoredRef ref) {
        refs.remove(ref);
    }

    @Override
    public synchronized long addState(byte[] octets) {
        states.put(++lastState, octets);
        return lastState;
    }

    @Override
    public synchronized byte[] state(long number) {
        return found(states.get(number), "state " + number);
    }

    @Override
    public synchronized void removeState(long number) {
        states.remove(number);
    }

    @Override
    public synchronized void saveInstance(StoredInstance instance) {
        StoredInstance before = instances.put(new Owned(instance.principal(), instance.id()), instance);
        if (before != null && before.state() != instance.state()) {
            states.remove(before.state());
        }
    }

    @Override
    public synchronized void removeInstance(String principal, String id) {
        StoredInstance before = instances.remove(new Owned(principal, id));
        if (before != null) {
            states.remove(before.state());
        }
    }

    @Override
    public synchronized boolean useNonce(String principal, String nonce, long exp, long now) {
        if (now != swept) {
            swept = now;
            nonces.values().removeIf(until -> until < now);
        }
        return nonces.putIfAbsent(new Owned(principal, nonce), exp) == null;
    }

    @Override
    public void close() {}

    private static byte[] found(byte @Nullable [] octets, String what) {
        if (octets == null) {
            throw new StorageException(what + " is not kept");
        }
        return octets;
    }
}
