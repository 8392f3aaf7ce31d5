package io.polywire.gate.host;

import java.time.Duration;

/**
 * What one principal may have; anonymous callers of one address are one principal. Passing one of the first four is answered
 * with 403 {@code resource limit reached}, the others with 429.
 *
 * @param modules references
 * @param instances that exist
 * @param running instances that run at a time
 * @param storage octets of referenced modules and saved states
 * @param memory octets of linear memory of running instances; looked at when one is started
 * @param cpuPerMinute processor time of all its instances in any minute; past it launched ones are suspended and called ones
 *     killed. Zero: no limit
 * @param requestsPerSecond on average; twice as many at once. 0: no limit
 */
public record Limits(
        int modules,
        int instances,
        int running,
        long storage,
        long memory,
        Duration cpuPerMinute,
        int requestsPerSecond) {
    /** 1024 modules, 4096 instances, 512 of them running, 1 GiB of storage and of memory, no limits of time and rate. */
    public static final Limits DEFAULT = new Limits(1024, 4096, 512, 1L << 30, 1L << 30, Duration.ZERO, 0);

    public Limits {
        if (modules < 1 || instances < 1 || running < 1 || storage < 1 || memory < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
        if (cpuPerMinute.isNegative() || requestsPerSecond < 0) {
            throw new IllegalArgumentException("limits must not be negative");
        }
    }

    /** The same with other numbers of modules, instances and running instances. */
    public Limits withCounts(int newModules, int newInstances, int newRunning) {
        return new Limits(newModules, newInstances, newRunning, storage, memory, cpuPerMinute, requestsPerSecond);
    }

    /** The same with other sizes. */
    public Limits withSizes(long newStorage, long newMemory) {
        return new Limits(modules, instances, running, newStorage, newMemory, cpuPerMinute, requestsPerSecond);
    }

    /** The same with other rates. */
    public Limits withRates(Duration newCpuPerMinute, int newRequestsPerSecond) {
        return new Limits(modules, instances, running, storage, memory, newCpuPerMinute, newRequestsPerSecond);
    }
}
