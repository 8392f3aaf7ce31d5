package io.polywire.ccproxy.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.ccproxy.door.CcProxy;
import io.polywire.ccproxy.door.CcProxySettings;
import io.polywire.ccproxy.door.VmListener;
import io.polywire.ccproxy.hyperstart.Command;
import io.polywire.ccproxy.hyperstart.IoFrame;
import io.polywire.ccproxy.message.RawJson;
import io.polywire.testkit.hyperstart.MockHyperstart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ordinary life of a container, told with the client. {@code -Dccproxy.socket=PATH} plays it against the proxy that
 * listens there, ours or the original, in place of one of its own.
 */
@Timeout(60)
class ClientStoriesTest {
    private static final @Nullable String OTHER = System.getProperty("ccproxy.socket");
    private static final Duration WAIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final @Nullable CcProxy proxy = OTHER != null
            ? null
            : CcProxy.start(null, CcProxySettings.defaults(), System.getLogger("test"), VmListener.NONE);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final String id = UUID.randomUUID().toString();

    @AfterEach
    void close() throws Exception {
        try (CcProxyClient last = connect()) {
            last.bye(id);
        } catch (RefusedException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("unknown containerID")); // the story said it
        }
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    private CcProxyClient connect() throws IOException {
        CcProxyClient client = OTHER != null
                ? CcProxyClient.connect(OTHER)
                : new CcProxyClient(Objects.requireNonNull(proxy).connect());
        return client.timeout(WAIT);
    }

    private CcProxyClient client() throws IOException {
        CcProxyClient client = connect();
        opened.add(client);
        return client;
    }

    private MockHyperstart mock() throws IOException {
        MockHyperstart mock = new MockHyperstart(Files.createTempDirectory(directory, "vm"));
        opened.add(mock);
        return mock;
    }

    private CcProxyClient vm(MockHyperstart mock) throws IOException {
        CcProxyClient client = client();
        client.hello(id, mock.controlPath(), mock.ioPath());
        return client;
    }

    private IoChannel allocate(CcProxyClient client, int streams) throws IOException {
        IoChannel io = client.allocateIo(streams);
        io.stream().timeout(WAIT);
        opened.add(io);
        return io;
    }

    private static void assertRefused(String text, Executable call) {
        assertEquals(text, assertThrows(RefusedException.class, call).getMessage());
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] pattern(int seed, int length) {
        byte[] octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    @Test
    void helloWaitsForReadyWhateverNextComesBefore() throws Exception {
        MockHyperstart mock = mock().greeting(MockHyperstart.control(MockHyperstart.NEXT, new byte[4]))
                .start();
        CcProxyClient client = client();
        CompletableFuture<Void> hello = CompletableFuture.runAsync(() -> {
            try {
                client.hello(id, mock.controlPath(), mock.ioPath());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        mock.awaitConnected();
        assertFalse(hello.isDone());
        mock.sendControl(MockHyperstart.control(MockHyperstart.READY));
        hello.get(20, TimeUnit.SECONDS);
        assertRefused(id + ": container already registered", () -> client.hello(id, "x", "y"));
    }

    @Test
    void oneClientWorksWithTwoVms() throws Exception {
        MockHyperstart first = mock().start();
        MockHyperstart second = mock().start();
        CcProxyClient client = vm(first);
        String other = id + "-2";
        client.hello(other, second.controlPath(), second.ioPath());
        client.hyper("ping");
        assertEquals(Command.PING.code(), second.command().code());
        client.attach(id);
        client.hyper("ping");
        assertEquals(Command.PING.code(), first.command().code());
        client.bye(other);
        assertRefused("unknown containerID: nowhere", () -> client.attach("nowhere"));
    }

    @Test
    void byeEndsEverythingAndTheIdIsFreeAgain() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm(mock);
        assertRefused("unknown containerID: nowhere", () -> client.bye("nowhere"));
        IoChannel two = allocate(client, 2);
        IoChannel one = allocate(client, 1);
        client.bye(id);
        mock.awaitEnded();
        assertNull(two.read());
        assertNull(one.read());
        assertRefused("unknown containerID: " + id, () -> client.bye(id));
        assertRefused("client not attached to a vm", () -> client.hyper("ping"));
        assertRefused("client not attached to a vm", () -> client.allocateIo(1));
        MockHyperstart again = mock().start();
        client.hello(id, again.controlPath(), again.ioPath());
        client.hyper("ping");
        assertEquals(1, allocate(client, 1).ioBase());
    }

    @Test
    void everyCommandHasItsCode() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm(mock);
        for (Command command : Command.values()) {
            client.hyper(command.wireName(), Map.of("n", command.code()));
            MockHyperstart.Command sent = mock.command();
            assertEquals(command.code(), sent.code());
            assertEquals("{\"n\":" + command.code() + "}", new String(sent.payload(), UTF_8));
        }
        for (String unknown : List.of("foo", "", "PING", "stoppod", "removecontainer")) {
            assertRefused("unknown command '" + unknown + "'", () -> client.hyper(unknown));
        }
        assertTrue(mock.pendingCommands().isEmpty());
    }

    @Test
    void rawDataGoesOutAsItIsWritten() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm(mock);
        for (String data : List.of(
                "{ \"b\" : 1 ,\n\t\"a\" : 1.0e3, \"a\":2 }",
                "12345678901234567890123456789.000",
                "\"text\"",
                "[ ]",
                "null",
                "{\"u\":\"\\u00e9\\/\u00e9<>&\"}")) {
            client.hyper("execcmd", RawJson.of(data));
            assertEquals(data, new String(mock.command().payload(), UTF_8));
        }
    }

    @Test
    void answersAreTakenInPiecesAndThroughNextAndReady() throws Exception {
        CompletableFuture<MockHyperstart> self = new CompletableFuture<>();
        MockHyperstart mock = mock().reply(command -> {
                    byte[] next = MockHyperstart.control(MockHyperstart.NEXT, new byte[4]);
                    byte[] ready = MockHyperstart.control(MockHyperstart.READY);
                    byte[] ack = MockHyperstart.control(MockHyperstart.ACK, "four and twenty".getBytes(UTF_8));
                    for (byte octet : join(next, ready, next, ready, ack)) {
                        self.join().sendControl(new byte[] {octet});
                    }
                    return null;
                })
                .start();
        self.complete(mock);
        CcProxyClient client = vm(mock);
        for (int i = 0; i < 5; i++) {
            client.hyper("readfile");
        }
    }

    @Test
    void theAgentMaySayNo() throws Exception {
        MockHyperstart mock = mock().reply(
                        command -> MockHyperstart.control(MockHyperstart.ERROR, "why".getBytes(UTF_8)))
                .start();
        CcProxyClient client = vm(mock);
        assertRefused("ERROR received from Hyperstart", () -> client.hyper("startpod", Map.of()));
        mock.reply(MockHyperstart::nextsAndAck);
        client.hyper("ping");
    }

    @Test
    void manyDescriptorsCanBeHadOnOneConnection() throws Exception {
        CcProxyClient client = vm(mock().start());
        for (int i = 0; i < 50; i++) {
            assertEquals(2L * i + 1, allocate(client, 2).ioBase());
            client.hyper("ping");
        }
    }

    @Test
    void aProcessReadsWritesAndExits() throws Exception {
        MockHyperstart mock = mock().start();
        IoChannel io = allocate(vm(mock), 2);
        io.write("in\n".getBytes(UTF_8));
        assertArrayEquals("in\n".getBytes(UTF_8), mock.input().payload());
        io.endInput();
        assertEquals(0, mock.input().payload().length);
        for (int code = 0; code < 256; code += 51) {
            mock.output(io.ioBase() + 1, "err".getBytes(UTF_8));
            mock.exit(io.ioBase(), code);
            assertEquals(new IoFrame(io.ioBase() + 1, "err".getBytes(UTF_8)), io.read());
            assertEquals(new IoFrame(io.ioBase(), new byte[0]), io.read());
            assertEquals(new IoFrame(io.ioBase(), new byte[] {(byte) code}), io.read());
        }
        mock.output(io.ioBase(), "after".getBytes(UTF_8)); // an exit closes nothing
        assertEquals(new IoFrame(io.ioBase(), "after".getBytes(UTF_8)), io.read());
    }

    @Test
    void framesAreWholeHoweverTheyCome() throws Exception {
        MockHyperstart mock = mock().start();
        IoChannel io = allocate(vm(mock), 2);
        Random random = new Random(7);
        List<byte[]> sent = new ArrayList<>();
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] payload = pattern(i, i == 100 ? IoFrame.LIMIT - IoFrame.HEADER : 1 + random.nextInt(300));
            sent.add(payload);
            octets.writeBytes(MockHyperstart.io(io.ioBase() + i % 2, payload));
        }
        byte[] all = octets.toByteArray();
        for (int at = 0; at < all.length; ) {
            int n = Math.min(all.length - at, 1 + random.nextInt(700));
            mock.sendIo(Arrays.copyOfRange(all, at, at + n));
            at += n;
        }
        for (int i = 0; i < sent.size(); i++) {
            assertEquals(new IoFrame(io.ioBase() + i % 2, sent.get(i)), io.read());
        }
    }

    @Test
    void muchGoesEitherWayWhileCommandsGoThrough() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm(mock);
        IoChannel io = allocate(client, 1);
        byte[] all = pattern(3, 8 << 20);
        Thread output = Thread.ofVirtual().start(() -> {
            for (int at = 0; at < all.length; at += 8192) {
                mock.output(io.ioBase(), Arrays.copyOfRange(all, at, at + 8192));
            }
        });
        Thread input = Thread.ofVirtual().start(() -> {
            try {
                io.write(all);
                io.endInput();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (read.size() < all.length) {
            read.writeBytes(Objects.requireNonNull(io.read()).payload());
            if (read.size() % (1 << 20) == 0) {
                client.hyper("ping");
            }
        }
        assertArrayEquals(all, read.toByteArray());
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        for (byte[] piece = mock.input().payload();
                piece.length > 0;
                piece = mock.input().payload()) {
            taken.writeBytes(piece);
        }
        assertArrayEquals(all, taken.toByteArray());
        output.join();
        input.join();
    }

    @Test
    void theDescriptorOutlivesTheConnection() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm(mock);
        IoChannel io = allocate(client, 1);
        client.close();
        mock.output(io.ioBase(), new byte[] {1});
        assertEquals(new IoFrame(io.ioBase(), new byte[] {1}), io.read());
    }
}
