package io.polywire.interop;

import io.polywire.interop.Peer.Payload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A program of clients/ in a process of its own. Commands may come from any thread; a thread reads the answers.
 */
final class ClientProgram implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final String name;
    private final Process process;
    private final Writer input;
    private final AtomicInteger number = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Map<?, ?>>> waiting = new ConcurrentHashMap<>();
    private final Map<String, BlockingQueue<Payload>> events = new ConcurrentHashMap<>();

    ClientProgram(String name, Path folder, List<String> command) {
        this.name = name;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectError(folder.resolve("errors.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                take(JSON.readValue(line, Map.class));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            for (CompletableFuture<Map<?, ?>> one : waiting.values()) {
                one.completeExceptionally(new IOException(name + " has ended"));
            }
        }
    }

    private void take(Map<?, ?> line) {
        if (line.get("event") instanceof Map<?, ?> event) {
            queue((String) event.get("peer"), (String) event.get("uri")).add(payload(event));
        } else if (line.get("n") instanceof Integer n) {
            CompletableFuture<Map<?, ?>> one = waiting.remove(n);
            if (one != null) {
                one.complete(line);
            }
        }
    }

    private BlockingQueue<Payload> queue(@Nullable String peer, @Nullable String uri) {
        return events.computeIfAbsent(peer + " " + uri, key -> new LinkedBlockingQueue<>());
    }

    Map<?, ?> ask(String op, String peer, Map<String, ?> more) {
        Map<String, @Nullable Object> command = new LinkedHashMap<>();
        int n = number.incrementAndGet();
        command.put("n", n);
        command.put("op", op);
        command.put("peer", peer);
        more.forEach((key, value) -> command.put(key, toWire(value)));
        CompletableFuture<Map<?, ?>> answer = new CompletableFuture<>();
        waiting.put(n, answer);
        try {
            synchronized (input) {
                input.write(JSON.writeValueAsString(command));
                input.write('\n');
                input.flush();
            }
            Map<?, ?> line = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line.get("error") instanceof Map<?, ?> error) {
                throw new Peer.CallFailed(String.valueOf(error.get("uri")), payload(error));
            }
            return line.get("result") instanceof Map<?, ?> result ? result : Map.of();
        } catch (TimeoutException e) {
            throw new AssertionError(name + " has not answered " + op + " within " + PATIENCE_SECONDS + " s", e);
        } catch (IOException | ExecutionException | InterruptedException e) {
            throw new AssertionError(name + ": " + e.getMessage(), e);
        }
    }

    Payload event(String peer, String uri) {
        try {
            Payload event = queue(peer, uri).poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("no event of " + uri + " for " + peer);
            }
            return event;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static Payload payload(Map<?, ?> answer) {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        if (answer.get("kwargs") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> kwargs.put((String) key, fromWire(value)));
        }
        return new Payload(list(answer.get("args")), kwargs);
    }

    static List<?> list(@Nullable Object value) {
        List<@Nullable Object> converted = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(item -> converted.add(fromWire(item)));
        }
        return converted;
    }

    private static @Nullable Object fromWire(@Nullable Object value) {
        return switch (value) {
            case Integer n -> (long) n;
            case List<?> list -> list(list);
            case Map<?, ?> map
            when map.get("$bytes") instanceof String text -> Base64.getDecoder().decode(text);
            case Map<?, ?> map -> {
                Map<Object, @Nullable Object> converted = new LinkedHashMap<>();
                map.forEach((key, item) -> converted.put(key, fromWire(item)));
                yield converted;
            }
            case null, default -> value;
        };
    }

    private static @Nullable Object toWire(@Nullable Object value) {
        return switch (value) {
            case byte[] octets -> Map.of("$bytes", Base64.getEncoder().encodeToString(octets));
            case List<?> list -> {
                List<@Nullable Object> converted = new ArrayList<>();
                list.forEach(item -> converted.add(toWire(item)));
                yield converted;
            }
            case Map<?, ?> map -> {
                Map<Object, @Nullable Object> converted = new LinkedHashMap<>();
                map.forEach((key, item) -> converted.put(key, toWire(item)));
                yield converted;
            }
            case null, default -> value;
        };
    }

    /** Ends the program by closing its input. */
    @Override
    public void close() {
        try {
            synchronized (input) {
                input.close();
            }
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException | InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
