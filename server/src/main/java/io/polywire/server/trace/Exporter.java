package io.polywire.server.trace;

import io.polywire.server.config.TraceSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends spans to a collector: OTLP over HTTP, in JSON, {@value #BATCH} at a time or what there is after a second. What the
 * collector does not take is dropped and counted, and so is what does not fit into the queue: nobody ever waits.
 *
 * <p>Thread-safe; a virtual thread of its own sends.
 */
final class Exporter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.polywire.trace");
    private static final int BATCH = 512;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final BlockingQueue<SpanData> queue;
    private final URI collector;
    private final @Nullable String authorization;
    private final String service;
    private final LongAdder exported = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Thread sender;
    private volatile boolean closed;
    private boolean failing; // the sender's

    private Exporter(TraceSettings settings, URI collector) {
        this.queue = new ArrayBlockingQueue<>(settings.queue());
        this.collector = collector;
        this.authorization = settings.authorization();
        this.service = settings.service();
        this.sender = Thread.ofVirtual().name("polywire-trace").unstarted(this::send);
    }

    static Exporter start(TraceSettings settings, URI collector) {
        Exporter exporter = new Exporter(settings, collector);
        exporter.sender.start();
        return exporter;
    }

    long exported() {
        return exported.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    void offer(SpanData span) {
        if (closed || !queue.offer(span)) {
            dropped.increment();
        }
    }

    private void send() {
        List<SpanData> batch = new ArrayList<>();
        while (!closed || !queue.isEmpty()) {
            try {
                gather(batch);
            } catch (InterruptedException e) {
                queue.drainTo(batch, BATCH); // it is being closed: the rest without waiting
            }
            if (!batch.isEmpty()) {
                deliver(batch);
                batch.clear();
            }
        }
    }

    /** A batch: as many as fit, or those of a second. */
    private void gather(List<SpanData> batch) throws InterruptedException {
        if (closed) {
            queue.drainTo(batch, BATCH);
            return;
        }
        batch.add(queue.take());
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (batch.size() < BATCH) {
            SpanData next = queue.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            batch.add(next);
        }
    }

    private void deliver(List<SpanData> batch) {
        try {
            int status = post(Otlp.json(service, batch));
            if (status / 100 != 2) {
                throw new IOException("the collector answered " + status);
            }
            exported.add(batch.size());
            if (failing) {
                LOG.log(Level.INFO, "spans are taken again by " + collector);
            }
            failing = false;
        } catch (IOException e) {
            dropped.add(batch.size());
            if (!failing) {
                LOG.log(Level.WARNING, "spans are dropped: " + collector + ": " + e.getMessage());
            }
            failing = true;
        }
    }

    private int post(byte[] body) throws IOException {
        HttpURLConnection to = (HttpURLConnection) collector.toURL().openConnection();
        to.setConnectTimeout((int) PATIENCE.toMillis());
        to.setReadTimeout((int) PATIENCE.toMillis());
        to.setInstanceFollowRedirects(false);
        to.setRequestMethod("POST");
        to.setRequestProperty("Content-Type", "application/json");
        if (authorization != null) {
            to.setRequestProperty("Authorization", authorization);
        }
        to.setDoOutput(true);
        to.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = to.getOutputStream()) {
            out.write(body);
        }
        int status = to.getResponseCode();
        try (InputStream in = status < 400 ? to.getInputStream() : to.getErrorStream()) {
            if (in != null) {
                in.skipNBytes(Math.min(in.available(), 64 * 1024)); // so that the connection is used again
            }
        }
        return status;
    }

    /** Sends what is queued, if the collector takes it within {@code FAREWELL}. */
    @Override
    public void close() {
        closed = true;
        sender.interrupt();
        try {
            if (!sender.join(FAREWELL)) {
                LOG.log(Level.WARNING, "the last spans are dropped: " + collector + " does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
