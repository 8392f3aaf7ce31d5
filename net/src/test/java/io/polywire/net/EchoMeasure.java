package io.polywire.net;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * CPU time of an echo server per message, kernel included. {@code serve PORT} in one process, pinned to one core; {@code load
 * PORT PID CONNECTIONS OUTSTANDING SECONDS} in another, pinned to another; {@code idle PORT PID CONNECTIONS} for memory.
 */
final class EchoMeasure {
    private static final int SIZE = 64;

    private EchoMeasure() {}

    static void main(String[] args) throws Exception {
        Endpoint at = new Endpoint.Tcp("127.0.0.1", Integer.parseInt(args[1]));
        Loops loops = Loops.open(1);
        switch (args[0]) {
            case "serve" -> {
                HttpDoor door = r -> new HttpAnswer.Upgrade(new Echo(), WebSocketSettings.DEFAULT);
                StreamDoor raw = p -> new RawEcho();
                Listener listener = Listener.open(loops, new ListenSettings(at), new Doors(List.of(door), raw));
                System.out.println("pid " + ProcessHandle.current().pid() + " " + listener.endpoint());
                Thread.sleep(Duration.ofHours(1));
            }
            case "load" -> load(loops, at, args);
            default -> idle(loops, at, args);
        }
    }

    private static void load(Loops loops, Endpoint at, String[] args) throws Exception {
        int outstanding = Integer.parseInt(args[4]);
        AtomicLong count = new AtomicLong();
        connect(loops, at, Integer.parseInt(args[3]), new Pump(outstanding, count));
        Thread.sleep(Duration.ofSeconds(4));
        for (int round = 0; round < 3; round++) {
            long messages = count.get();
            double cpu = cpuSeconds(args[2]);
            long start = System.nanoTime();
            Thread.sleep(Duration.ofSeconds(Integer.parseInt(args[5])));
            long n = count.get() - messages;
            double used = cpuSeconds(args[2]) - cpu;
            double elapsed = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%s connections, %d outstanding: %.2f us CPU a message, %.0f messages/s, server busy %.0f %%%n",
                    args[3],
                    outstanding,
                    used * 1e6 / n,
                    n / elapsed,
                    100 * used / elapsed);
        }
        System.exit(0);
    }

    private static void idle(Loops loops, Endpoint at, String[] args) throws Exception {
        long before = rss(args[2]);
        int count = Integer.parseInt(args[3]);
        connect(loops, at, count, new Echo());
        Thread.sleep(Duration.ofSeconds(8));
        long after = rss(args[2]);
        System.out.printf(
                Locale.ROOT,
                "%d idle: %.2f KiB RSS each (%d -> %d KiB)%n",
                count,
                (double) (after - before) / count,
                before,
                after);
        System.exit(0);
    }

    private static List<WebSocket> connect(Loops loops, Endpoint at, int count, MessageHandler handler)
            throws Exception {
        WebSocketTarget target = WebSocketTarget.of(URI.create("ws://" + at + "/"));
        List<WebSocket> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(Client.webSocket(loops, target, WebSocketSettings.DEFAULT, handler)
                    .get(30, TimeUnit.SECONDS));
        }
        return all;
    }

    private static double cpuSeconds(String pid) throws IOException {
        long nanos = 0;
        try (var tasks = Files.list(Path.of("/proc", pid, "task"))) {
            for (Path task : tasks.toList()) {
                nanos += Long.parseLong(
                        Files.readString(task.resolve("schedstat")).split(" ")[0]);
            }
        }
        return nanos / 1e9;
    }

    private static long rss(String pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", pid, "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmRSS");
    }

    private record Pump(int outstanding, AtomicLong count) implements MessageHandler {
        @Override
        public void onOpen(WebSocket socket) {
            for (int i = 0; i < outstanding; i++) {
                socket.send(new byte[SIZE], 0, SIZE, false);
            }
        }

        @Override
        public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
            count.lazySet(count.getPlain() + 1);
            socket.send(buf, off, len, text);
        }

        @Override
        public void onClose(WebSocket socket, int code, String reason) {
            throw new IllegalStateException(code + " " + reason);
        }
    }

    private static final class RawEcho implements StreamHandler {
        @Override
        public void onBytes(ByteStream stream, byte[] buf, int off, int len) {
            stream.output().write(buf, off, len);
        }

        @Override
        public void onClose(ByteStream stream, int code, String reason) {}
    }
}
