package io.polywire.server.access;

import io.polywire.model.AccessEvent;
import io.polywire.router.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes down who was let in, who was refused, who was thrown out and who changed the server. One JSON object for each line, in a
 * file or in the log.
 *
 * <p>Thread-safe and never blocking: lines are queued for a thread of its own. When the disk is so slow that {@value #MOST}
 * wait, further ones are counted and their number is written once there is room.
 */
public final class Audit implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.polywire.audit");
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MOST = 10_000;
    private static final String END = "";

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(MOST);
    private final AtomicLong lost = new AtomicLong();
    private final @Nullable Thread writer;

    private Audit(@Nullable OutputStream file) {
        writer = file == null
                ? null
                : Thread.ofPlatform().daemon().name("polywire-audit").start(() -> write(file));
    }

    /**
     * @param file that is appended to, made readable by its owner only if it is not there; null: the log is used
     * @throws UncheckedIOException if it cannot be written to
     */
    public static Audit to(@Nullable Path file) {
        if (file == null) {
            return new Audit(null);
        }
        try {
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            return new Audit(Files.newOutputStream(file, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new UncheckedIOException("audit log " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Who did it.
     *
     * @param door by which it came; {@code process} for a signal
     * @param realm of its session; null without one
     * @param address {@code HOST:PORT}, or null if it has none
     */
    public record Who(
            String door,
            @Nullable String realm,
            @Nullable String authid,
            @Nullable String role,
            @Nullable String address) {
        /** A session. */
        public static Who of(Session session) {
            Object peer = session.transport().get("peer");
            return new Who(
                    session.door(),
                    session.realm().name(),
                    session.identity().authid(),
                    session.identity().authrole(),
                    peer == null ? null : peer.toString());
        }

        /** Somebody who may send this process a signal. */
        public static Who signal(String name) {
            return new Who("process", null, name, null, null);
        }
    }

    /** Somebody was let in or refused. */
    public void note(AccessEvent access) {
        Who who = new Who(access.door(), access.realm(), access.authid(), access.role(), access.address());
        note(access.kind().name().toLowerCase(Locale.ROOT), who, access.reason(), "method", access.method());
    }

    /**
     * Something happened.
     *
     * @param what such as {@code kill}
     * @param facts more than every event has, in pairs of name and value; null values are left out
     */
    public void note(String what, Who who, @Nullable String reason, @Nullable Object... facts) {
        if (writer == null && !LOG.isLoggable(Level.INFO)) {
            return;
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("time", Instant.now().toString());
        all.put("event", what);
        put(all, "door", who.door);
        put(all, "realm", who.realm);
        put(all, "authid", who.authid);
        put(all, "role", who.role);
        put(all, "address", who.address);
        put(all, "reason", reason);
        for (int i = 0; i + 1 < facts.length; i += 2) {
            put(all, String.valueOf(facts[i]), facts[i + 1]);
        }
        String line = json(all);
        if (writer == null) {
            LOG.log(Level.INFO, line);
        } else if (!lines.offer(line)) {
            lost.incrementAndGet();
        }
    }

    private static void put(Map<String, Object> all, String name, @Nullable Object value) {
        if (value != null) {
            all.put(name, value);
        }
    }

    private static String json(Map<String, Object> all) {
        java.io.StringWriter text = new java.io.StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            all.forEach((name, value) -> {
                json.writeName(name);
                if (value instanceof Number number) {
                    json.writeNumber(number.longValue());
                } else {
                    json.writeString(value.toString());
                }
            });
            json.writeEndObject();
        }
        return text.toString();
    }

    private void write(OutputStream file) {
        try (file) {
            for (String line = lines.take(); !line.equals(END); line = lines.take()) {
                long missed = lost.getAndSet(0);
                String all =
                        missed == 0 ? line + "\n" : line + "\n" + json(Map.of("event", "lost", "lines", missed)) + "\n";
                file.write(all.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the audit log cannot be written any more", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what is queued. */
    @Override
    public void close() {
        Thread running = writer;
        if (running != null) {
            try {
                lines.put(END);
                running.join(2_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
