package io.polywire.gate.host;

import io.polywire.gate.message.ApiException;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What one principal has. Everything is guarded by the object itself; nothing here blocks. */
final class Account {
    /** Longer than any request takes from finding the account to using it, and than allowances take to grow back. */
    private static final long IDLE_NANOS = 120_000_000_000L;

    private final Limits limits;
    private final TreeSet<String> refs = new TreeSet<>();
    private final TreeMap<String, GateInstance> instances = new TreeMap<>();
    private int reserved;
    private long stored;
    private long cpuNanos;
    private double tokens;
    private volatile long touched = System.nanoTime();
    private long refilled = System.nanoTime();
    private double cpuAllowance;
    private long cpuSeen;

    Account(Limits limits) {
        this.limits = limits;
        this.tokens = 2.0 * limits.requestsPerSecond();
        this.cpuAllowance = limits.cpuPerMinute().toNanos();
    }

    /** Somebody is about to use it. */
    void touch() {
        touched = System.nanoTime();
    }

    /** Whether nothing is in it, all allowances are whole, and nobody is about to use it. */
    synchronized boolean idle(long now) {
        return refs.isEmpty() && instances.isEmpty() && reserved == 0 && now - touched > IDLE_NANOS;
    }

    // ---- rates

    /** Counts a request. */
    synchronized void request() {
        int rate = limits.requestsPerSecond();
        if (rate == 0) {
            return;
        }
        long now = System.nanoTime();
        tokens = Math.min(2.0 * rate, tokens + (now - refilled) * 1e-9 * rate);
        refilled = now;
        if (tokens < 1) {
            throw tooMany(1);
        }
        tokens--;
    }

    private static ApiException tooMany(long seconds) {
        return new ApiException(429, "request rate limit exceeded").with("Retry-After", Long.toString(seconds));
    }

    /** Adds what instances that have gone used before. */
    synchronized void used(long nanos) {
        cpuNanos += nanos;
    }

    /** Settles the processor time of the last nanoseconds; whether all that was allowed is used up. */
    synchronized boolean overCpu(long elapsedNanos) {
        long limit = limits.cpuPerMinute().toNanos();
        if (limit == 0) {
            return false;
        }
        long now = cpuNanos;
        for (GateInstance instance : instances.values()) {
            now += instance.cpuNanos();
        }
        cpuAllowance =
                Math.min((double) limit, cpuAllowance + elapsedNanos * (limit / 60e9)) - Math.max(0, now - cpuSeen);
        cpuSeen = now;
        return cpuAllowance < 0;
    }

    // ---- references

    synchronized List<String> refs() {
        return List.copyOf(refs);
    }

    synchronized boolean hasRef(String module) {
        return refs.contains(module);
    }

    /** Whether it is new. */
    synchronized boolean addRef(String module, long size) {
        if (refs.contains(module)) {
            return false;
        }
        if (refs.size() >= limits.modules() || stored + size > limits.storage()) {
            throw limitReached();
        }
        refs.add(module);
        stored += size;
        return true;
    }

    /** Of a reference that was kept: limits do not count. */
    synchronized void restoreRef(String module, long size) {
        refs.add(module);
        stored += size;
    }

    synchronized boolean removeRef(String module, long size) {
        boolean removed = refs.remove(module);
        if (removed) {
            stored -= size;
        }
        return removed;
    }

    /** The size of saved states has changed. */
    synchronized void stored(long difference) {
        stored += difference;
    }

    // ---- instances

    synchronized List<GateInstance> instances() {
        return List.copyOf(instances.values());
    }

    synchronized @Nullable GateInstance instance(String id) {
        return instances.get(id);
    }

    /** Makes room for one more, which is then {@linkplain #add added} or {@linkplain #unreserve not}. */
    synchronized void reserve(boolean runs) {
        if (instances.size() + reserved >= limits.instances()) {
            throw limitReached();
        }
        if (runs) {
            checkRunning(reserved);
        }
        reserved++;
    }

    synchronized void unreserve() {
        reserved--;
    }

    /** Throws unless one more may run. */
    synchronized void checkRunning(int others) {
        if (cpuAllowance < 0) {
            long limit = limits.cpuPerMinute().toNanos();
            throw tooMany(Math.max(1, (long) Math.ceil(-cpuAllowance / limit * 60)));
        }
        int running = others;
        long memory = 0;
        for (GateInstance instance : instances.values()) {
            if (instance.running()) {
                running++;
                memory += instance.memoryBytes();
            }
        }
        if (running >= limits.running() || memory >= limits.memory() || stored > limits.storage()) {
            throw limitReached();
        }
    }

    synchronized boolean add(GateInstance instance) {
        reserved--;
        return instances.putIfAbsent(instance.id(), instance) == null;
    }

    synchronized void restore(GateInstance instance) {
        instances.put(instance.id(), instance);
    }

    synchronized void remove(GateInstance instance) {
        if (instances.remove(instance.id(), instance)) {
            cpuNanos += instance.cpuNanos();
        }
    }

    private static ApiException limitReached() {
        return new ApiException(403, "resource limit reached");
    }
}
