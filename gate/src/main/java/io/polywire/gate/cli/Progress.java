package io.polywire.gate.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongConsumer;

/** A bar on a terminal that shows how much of a transfer is done; for one thread at a time. */
final class Progress implements LongConsumer, AutoCloseable {
    private static final int WIDTH = 30;
    private static final long INTERVAL = 100_000_000; // ns

    private final PrintStream err;
    private final boolean shown;
    private final String what;
    private final long total;
    private long last = System.nanoTime() - INTERVAL;
    private boolean drawn;

    /**
     * Draws nothing yet.
     *
     * @param shown whether anything is drawn at all
     * @param total octets of the whole; not positive: not known
     */
    Progress(PrintStream err, boolean shown, String what, long total) {
        this.err = err;
        this.shown = shown;
        this.what = what;
        this.total = total;
    }

    @Override
    public synchronized void accept(long done) {
        long now = System.nanoTime();
        if (shown && (done == total || now - last >= INTERVAL)) {
            last = now;
            drawn = true;
            err.print("\r" + line(what, done, total));
            err.flush();
        }
    }

    /** Without carriage return: {@code what [=====     ]  50%  1.0/2.0 MiB}. */
    static String line(String what, long done, long total) {
        if (total <= 0) {
            return String.format(Locale.ROOT, "%s  %.1f MiB", what, mebi(done));
        }
        int filled = (int) (WIDTH * Math.min(done, total) / total);
        return String.format(
                Locale.ROOT,
                "%s [%s%s] %3d%%  %.1f/%.1f MiB",
                what,
                "=".repeat(filled),
                " ".repeat(WIDTH - filled),
                100 * Math.min(done, total) / total,
                mebi(done),
                mebi(total));
    }

    private static double mebi(long octets) {
        return octets / (double) (1 << 20);
    }

    /** Ends the line. */
    @Override
    public synchronized void close() {
        if (drawn) {
            err.println();
            drawn = false;
        }
    }
}
