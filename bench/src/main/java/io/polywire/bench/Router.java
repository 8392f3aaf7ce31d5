package io.polywire.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The router's process as the system sees it: CPU time and memory. */
record Router(long pid) {
    private static final double TICKS_PER_SECOND = 100; // sysconf(_SC_CLK_TCK) is 100 on every Linux this runs on

    /** User and system time of all threads, in seconds. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Resident memory in KiB. */
    long residentKib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }
}
