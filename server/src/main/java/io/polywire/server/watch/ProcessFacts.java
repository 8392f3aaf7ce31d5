package io.polywire.server.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * The process at this moment.
 *
 * @param cpu time that all its threads have used
 * @param residentBytes memory that it occupies; 0 where the system does not tell
 * @param heapBytes used of the heap, garbage included
 */
record ProcessFacts(Instant started, Duration cpu, int processors, long residentBytes, long heapBytes) {
    private static final Path STATUS = Path.of("/proc/self/status");

    static ProcessFacts now() {
        ProcessHandle.Info self = ProcessHandle.current().info();
        Runtime runtime = Runtime.getRuntime();
        return new ProcessFacts(
                self.startInstant().orElse(Instant.EPOCH),
                self.totalCpuDuration().orElse(Duration.ZERO),
                runtime.availableProcessors(),
                resident(),
                runtime.totalMemory() - runtime.freeMemory());
    }

    private static long resident() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException e) {
            return 0; // not Linux
        }
        return 0;
    }
}
