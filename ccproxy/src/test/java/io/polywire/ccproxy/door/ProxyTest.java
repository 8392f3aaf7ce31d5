package io.polywire.ccproxy.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.client.IoChannel;
import io.polywire.ccproxy.client.RefusedException;
import io.polywire.ccproxy.hyperstart.IoFrame;
import io.polywire.ccproxy.message.RawJson;
import io.polywire.ccproxy.message.Response;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.UnixException;
import io.polywire.ccproxy.unix.UnixSocket;
import io.polywire.ccproxy.unix.UnixStream;
import io.polywire.testkit.hyperstart.MockHyperstart;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients, VMs and streams coming and going: what the recorded exchanges do not show. */
@Timeout(30)
class ProxyTest {
    private static final int READY = MockHyperstart.READY;
    private static final int ACK = MockHyperstart.ACK;

    @TempDir
    Path directory;

    private CcProxy proxy = Peers.proxy();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        proxy.close();
    }

    @BeforeEach
    void start() {
        assertEquals(0, proxy.census().vms());
    }

    private void restart(CcProxySettings settings) {
        proxy.close();
        proxy = Peers.proxy(settings);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.add(resource);
        return resource;
    }

    private CcProxyClient client() {
        return opened(new CcProxyClient(Peers.connect(proxy)));
    }

    private MockHyperstart mock() throws IOException {
        Path own = java.nio.file.Files.createTempDirectory(directory, "vm");
        return opened(new MockHyperstart(own));
    }

    private CcProxyClient vm(String id, MockHyperstart mock) throws IOException {
        CcProxyClient client = client();
        client.hello(id, mock.controlPath(), mock.ioPath());
        return client;
    }

    private IoChannel allocate(CcProxyClient client, int streams) throws IOException {
        IoChannel channel = opened(client.allocateIo(streams));
        channel.stream().timeout(Peers.WAIT);
        return channel;
    }

    private static void assertRefused(String text, org.junit.jupiter.api.function.Executable call) {
        assertEquals(text, assertThrows(RefusedException.class, call).getMessage());
    }

    private interface Call {
        void run() throws IOException;
    }

    private static CompletableFuture<String> outcome(Call call) {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                call.run();
                outcome.complete("ok");
            } catch (IOException e) {
                outcome.complete(String.valueOf(e.getMessage()));
            }
        });
        return outcome.orTimeout(10, TimeUnit.SECONDS);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "did not come about");
            Thread.onSpinWait();
        }
    }

    private static CcProxySettings quick(Duration timeout) {
        CcProxySettings d = CcProxySettings.defaults();
        return new CcProxySettings(
                d.maxRequest(), 1 << 16, 1 << 18, timeout, timeout, timeout, timeout, Set.of(), Set.of());
    }

    @Test
    void vmsAreSharedByClientsAndCommandsDoNotMix() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient first = vm("c1", mock);
        CcProxyClient second = client();
        second.attach("c1");
        first.hyper("startpod", RawJson.of("{\"hostname\": \"h\"}"));
        second.hyper("ping");
        MockHyperstart.Command startpod = mock.command();
        assertEquals(1, startpod.code());
        assertEquals("{\"hostname\": \"h\"}", new String(startpod.payload(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(12, mock.command().code());
    }

    @Test
    void oneCommandAtATimeAcrossClients() throws Exception {
        MockHyperstart mock = mock().reply(c -> null).start();
        CcProxyClient first = vm("c1", mock);
        CcProxyClient second = client();
        second.attach("c1");
        CompletableFuture<String> one = outcome(() -> first.hyper("ping"));
        mock.command();
        CompletableFuture<String> two = outcome(() -> second.hyper("version"));
        Thread.sleep(50); // time for a wrong second command to come through
        assertTrue(mock.pendingCommands().isEmpty());
        mock.sendControl(MockHyperstart.control(MockHyperstart.ERROR));
        assertEquals("ERROR received from Hyperstart", one.join());
        assertEquals(0, mock.command().code());
        mock.sendControl(MockHyperstart.control(ACK));
        assertEquals("ok", two.join());
    }

    @Test
    void anUnexpectedCodeIsTheAnswer() throws Exception {
        MockHyperstart mock = mock().reply(c -> MockHyperstart.control(77)).start();
        CcProxyClient client = vm("c1", mock);
        assertRefused("CMD ID received 77 not matching expected 9", () -> client.hyper("ping"));
        mock.reply(MockHyperstart::nextsAndAck);
        client.hyper("ping");
    }

    @Test
    void framesBetweenCommandsAreReadAndDropped() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        byte[] unasked = MockHyperstart.control(MockHyperstart.FINISHPOD, new byte[60_000]);
        for (int i = 0; i < 50; i++) { // far more than the socket holds: the agent would hang if nobody read
            mock.sendControl(unasked);
            mock.sendControl(MockHyperstart.control(MockHyperstart.NEXT, new byte[4]));
        }
        client.hyper("ping");
    }

    @Test
    void helloThatNeverGetsReadyEnds() throws Exception {
        restart(quick(Duration.ofMillis(100)));
        MockHyperstart mock = mock().greeting(new byte[0]).start();
        CcProxyClient client = client();
        assertRefused(
                "timeout: no READY from Hyperstart in 100 ms",
                () -> client.hello("c1", mock.controlPath(), mock.ioPath()));
        mock.awaitEnded();
        assertRefused("unknown containerID: c1", () -> client.attach("c1"));
    }

    @Test
    void aCommandThatIsNeverAnsweredEndsAndItsLateAnswerIsNotTakenForTheNext() throws Exception {
        restart(quick(Duration.ofMillis(150)));
        MockHyperstart mock = mock().reply(c -> null).start();
        CcProxyClient client = vm("c1", mock);
        String late = "timeout: no answer from Hyperstart in 150 ms";
        assertRefused(late, () -> client.hyper("ping"));
        mock.command();
        CompletableFuture<String> next = outcome(() -> client.hyper("version"));
        mock.sendControl(MockHyperstart.control(MockHyperstart.ERROR)); // the late answer to ping
        assertEquals(0, mock.command().code());
        mock.sendControl(MockHyperstart.control(ACK));
        assertEquals("ok", next.join());
    }

    @Test
    void commandsBehindAnUnansweredOneTimeOutToo() throws Exception {
        restart(quick(Duration.ofMillis(100)));
        MockHyperstart mock = mock().reply(c -> null).start();
        CcProxyClient client = vm("c1", mock);
        CcProxyClient second = client();
        second.attach("c1");
        CompletableFuture<String> one = outcome(() -> client.hyper("ping"));
        mock.command();
        CompletableFuture<String> two = outcome(() -> second.hyper("ping"));
        assertTrue(one.join().startsWith("timeout"));
        assertTrue(two.join().startsWith("timeout"));
        assertTrue(mock.pendingCommands().isEmpty());
    }

    @Test
    void commandsWaitForAVmThatIsStarting() throws Exception {
        MockHyperstart mock = mock().greeting(new byte[0]).start();
        CcProxyClient first = client();
        CompletableFuture<String> hello = outcome(() -> first.hello("c1", mock.controlPath(), mock.ioPath()));
        mock.awaitConnected();
        CcProxyClient second = client();
        second.attach("c1");
        CompletableFuture<String> ping = outcome(() -> second.hyper("ping"));
        assertRefused("c1: container already registered", () -> client().hello("c1", "x", "y"));
        mock.sendControl(MockHyperstart.control(READY));
        assertEquals("ok", hello.join());
        assertEquals("ok", ping.join());
    }

    @Test
    void byeDuringHelloEndsIt() throws Exception {
        MockHyperstart mock = mock().greeting(new byte[0]).start();
        CcProxyClient first = client();
        CompletableFuture<String> hello = outcome(() -> first.hello("c1", mock.controlPath(), mock.ioPath()));
        mock.awaitConnected();
        CcProxyClient second = client();
        second.attach("c1");
        CompletableFuture<String> ping = outcome(() -> second.hyper("ping"));
        client().bye("c1");
        assertEquals("c1: bye before READY", hello.join());
        assertEquals("client not attached to a vm", ping.join());
        mock.awaitEnded();
    }

    @Test
    void aClientThatVanishesLeavesItsVmAndItsCommandInStep() throws Exception {
        MockHyperstart mock = mock().reply(c -> null).start();
        CcProxyClient first = vm("c1", mock);
        CcProxyClient second = client();
        second.attach("c1");
        CompletableFuture<String> gone = outcome(() -> first.hyper("ping"));
        mock.command();
        first.close();
        assertFalse(gone.join().equals("ok"));
        CompletableFuture<String> ping = outcome(() -> second.hyper("version"));
        mock.sendControl(MockHyperstart.control(MockHyperstart.ERROR)); // answers nobody
        mock.command();
        mock.sendControl(MockHyperstart.control(ACK));
        assertEquals("ok", ping.join());
        await(() -> proxy.census().clients() == 1);
    }

    @Test
    void aVmThatVanishesAnswersItsCommandsAndEndsItsStreamsOnly() throws Exception {
        MockHyperstart mock = mock().reply(c -> null).start();
        MockHyperstart other = mock().start();
        CcProxyClient client = vm("c1", mock);
        CcProxyClient neighbour = vm("c2", other);
        IoChannel io = allocate(client, 2);
        IoChannel otherIo = allocate(neighbour, 1);
        CompletableFuture<String> ping = outcome(() -> client.hyper("ping"));
        mock.command();
        mock.output(1, new byte[] {1, 2, 3});
        mock.exit(1, 17);
        mock.closeIo();
        mock.closeControl();
        assertTrue(ping.join().startsWith("VM c1 is gone"), ping.join());
        // What was sent before is delivered, then the descriptor ends.
        assertEquals(new IoFrame(1, new byte[] {1, 2, 3}), io.read());
        assertEquals(new IoFrame(1, new byte[0]), io.read());
        assertEquals(new IoFrame(1, new byte[] {17}), io.read());
        assertNull(io.read());
        assertThrows(RefusedException.class, () -> client.allocateIo(1));
        assertRefused("c1: container already registered", () -> client.hello("c1", "x", "y"));
        client.bye("c1");
        neighbour.hyper("ping");
        other.output(1, new byte[] {4});
        assertEquals(new IoFrame(1, new byte[] {4}), otherIo.read());
    }

    @Test
    void anAckThatCameBeforeTheEndCounts() throws Exception {
        CompletableFuture<MockHyperstart> self = new CompletableFuture<>();
        MockHyperstart mock = mock().reply(c -> {
                    self.join().sendControl(MockHyperstart.control(ACK));
                    self.join().closeIo();
                    self.join().closeControl();
                    return null;
                })
                .start();
        self.complete(mock);
        CcProxyClient client = vm("c1", mock);
        client.hyper("destroypod");
        assertThrows(RefusedException.class, () -> client.hyper("ping"));
    }

    @Test
    void otherClientsGetAnErrorAfterBye() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient first = vm("c1", mock);
        CcProxyClient second = client();
        second.attach("c1");
        IoChannel io = allocate(second, 2);
        first.bye("c1");
        assertNull(io.read());
        assertRefused("client not attached to a vm", () -> second.hyper("ping"));
        assertRefused("client not attached to a vm", () -> second.allocateIo(1));
        assertRefused("unknown containerID: c1", () -> second.bye("c1"));
        assertRefused("client not attached to a vm", () -> first.hyper("ping"));
    }

    @Test
    void byeDeliversWhatWasSentBefore() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel io = allocate(client, 1);
        byte[] payload = new byte[10_000];
        int frames = 100; // more than the descriptor's socket holds
        for (int i = 0; i < frames; i++) {
            mock.output(1, payload);
        }
        mock.exit(1, 3);
        client.bye("c1");
        for (int i = 0; i < frames; i++) {
            assertEquals(new IoFrame(1, payload), io.read());
        }
        assertEquals(new IoFrame(1, new byte[0]), io.read());
        assertEquals(new IoFrame(1, new byte[] {3}), io.read());
        assertNull(io.read());
        await(() -> proxy.census().equals(new CcProxy.Census(0, 1, 0, 0, 0)));
    }

    @Test
    void sequenceNumbersStartOverAtANewHello() throws Exception {
        CcProxyClient client = vm("c1", mock().start());
        assertEquals(1, allocate(client, 2).ioBase());
        assertEquals(3, allocate(client, 1).ioBase());
        client.bye("c1");
        MockHyperstart again = mock().start();
        client.hello("c1", again.controlPath(), again.ioPath());
        assertEquals(1, allocate(client, 1).ioBase());
    }

    @Test
    void aReaderThatStopsHoldsUpItsOwnStreamOnly() throws Exception {
        restart(quick(Duration.ofSeconds(20)));
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel asleep = allocate(client, 1);
        IoChannel awake = allocate(client, 1);
        byte[] payload = new byte[4000];
        for (int i = 0; i < 60; i++) { // 240 KB: over its socket's room, within its queue
            mock.output(asleep.ioBase(), payload);
        }
        for (int i = 0; i < 500; i++) {
            mock.output(awake.ioBase(), new byte[] {(byte) i});
            assertEquals(new IoFrame(awake.ioBase(), new byte[] {(byte) i}), awake.read());
        }
        for (int i = 0; i < 60; i++) {
            assertEquals(new IoFrame(asleep.ioBase(), payload), asleep.read());
        }
    }

    @Test
    void aFullQueueStopsTheAgentAndLosesNothing() throws Exception {
        restart(quick(Duration.ofSeconds(20)));
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel io = allocate(client, 1);
        int frames = 2000; // 8 MB through a queue of 64 KiB
        Thread sender = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < frames; i++) {
                byte[] payload = new byte[4000];
                payload[0] = (byte) i;
                mock.output(1, payload);
            }
        });
        await(() -> proxy.census().chunks() > 0);
        assertTrue(
                proxy.census().chunks() <= 1 + (64 + 256) / 64 + 1,
                proxy.census().toString());
        for (int i = 0; i < frames; i++) {
            IoFrame frame = io.read();
            assertTrue(frame != null && frame.payload()[0] == (byte) i);
        }
        sender.join();
        await(() -> proxy.census().chunks() == 0);
    }

    @Test
    void aStalledReaderIsClosedWhenItHoldsUpTheOthers() throws Exception {
        restart(quick(Duration.ofMillis(200)));
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel stalled = allocate(client, 1);
        IoChannel awake = allocate(client, 1);
        Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 1000; i++) {
                mock.output(stalled.ioBase(), new byte[4000]);
            }
            mock.output(awake.ioBase(), new byte[] {42});
        });
        assertEquals(new IoFrame(awake.ioBase(), new byte[] {42}), awake.read());
        assertEquals(1, proxy.census().streams());
        assertEquals(0, proxy.census().chunks());
    }

    @Test
    void aSlowAgentHoldsUpInputAndLosesNothing() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        ConcurrentLinkedQueue<Byte> first = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Byte> second = new ConcurrentLinkedQueue<>();
        MockHyperstart mock = mock().consumer(frame -> {
                    try {
                        slow.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    (frame.sequence() == 1 ? first : second).add(frame.payload()[0]);
                })
                .start();
        CcProxyClient client = vm("c1", mock);
        IoChannel one = allocate(client, 1);
        IoChannel two = allocate(client, 1);
        int frames = 1500; // 6 MB each: over all the room there is
        List<Thread> writers = new ArrayList<>();
        for (IoChannel channel : List.of(one, two)) {
            writers.add(Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < frames; i++) {
                        byte[] input = new byte[4000];
                        input[0] = (byte) i;
                        channel.write(input);
                    }
                    channel.close(); // what was written must still arrive
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        await(() -> proxy.census().chunks() >= 16);
        assertTrue(proxy.census().chunks() <= 20, proxy.census().toString());
        slow.countDown();
        for (Thread writer : writers) {
            writer.join();
        }
        await(() -> first.size() == frames && second.size() == frames);
        int i = 0;
        for (byte b : first) {
            assertEquals((byte) i++, b);
        }
        await(() -> proxy.census().streams() == 0 && proxy.census().chunks() == 0);
    }

    @Test
    void aClientMayEndItsInputAndReadOn() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel io = allocate(client, 2);
        io.write("in\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        io.endInput();
        assertEquals(3, mock.input().payload().length);
        assertEquals(0, mock.input().payload().length);
        mock.output(2, new byte[] {5});
        assertEquals(new IoFrame(2, new byte[] {5}), io.read());
    }

    @Test
    void aClosedDescriptorIsForgottenAndItsOutputDropped() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel dead = allocate(client, 2);
        IoChannel alive = allocate(client, 1);
        dead.close();
        await(() -> proxy.census().streams() == 1);
        mock.output(1, new byte[] {1});
        mock.output(2, new byte[] {2});
        mock.output(3, new byte[] {3});
        assertEquals(new IoFrame(3, new byte[] {3}), alive.read());
        assertEquals(4, allocate(client, 1).ioBase());
    }

    @Test
    void framesForUnknownStreamsAreDropped() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel io = allocate(client, 1);
        for (long unknown : new long[] {0, 2, 1L << 31, 1L << 32 | 1, -1, Long.MIN_VALUE | 1}) {
            mock.output(unknown, new byte[] {1});
        }
        mock.output(1, new byte[] {2});
        assertEquals(new IoFrame(1, new byte[] {2}), io.read());
    }

    @Test
    void anOversizeFrameInPiecesIsPassedOver() throws Exception {
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel io = allocate(client, 1);
        byte[] huge = MockHyperstart.io(1, new byte[3_000_000]);
        for (int at = 0; at < huge.length; at += 99_999) {
            mock.sendIo(Arrays.copyOfRange(huge, at, Math.min(huge.length, at + 99_999)));
        }
        mock.output(1, new byte[] {2});
        assertEquals(new IoFrame(1, new byte[] {2}), io.read());
    }

    @Test
    void rejectedPeersGetEndOfFile() throws Exception {
        String path = directory.resolve("p.sock").toString();
        CcProxySettings d = CcProxySettings.defaults();
        Duration wait = Duration.ofSeconds(1);
        CcProxySettings nobody = new CcProxySettings(
                d.maxRequest(), 1 << 16, 1 << 18, wait, wait, wait, wait, Set.of(123_456_789), Set.of());
        ListeningSocket socket = ListeningSocket.open(path);
        CcProxy strict = opened(CcProxy.start(socket.descriptor(), nobody, Peers.SILENT, VmListener.NONE));
        try (UnixStream api = UnixStream.connect(path)) {
            api.timeout(Peers.WAIT);
            assertEquals(-1, api.read(new byte[1], 0, 1));
        }
        assertEquals(0, strict.census().clients());
        socket.removeFile();
    }

    @Test
    void aFloodOfRequestsWaitsItsTurn() throws Exception {
        try (UnixStream api = Peers.connect(proxy)) {
            int requests = 20_000;
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < requests; i++) {
                        api.write(Peers.message("{\"id\":\"r" + i + "\"}"));
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (int i = 0; i < requests; i++) {
                assertEquals(
                        "no payload named 'r" + i + "'", Peers.response(api).error());
            }
            writer.join();
        }
    }

    @Test
    void announcedLengthsAreNotAllocated() throws Exception {
        List<UnixStream> waiting = new ArrayList<>();
        for (int i = 0; i < 200; i++) { // 200 times 16 MiB would not fit
            UnixStream api = opened(Peers.connect(proxy));
            api.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, '{'});
            waiting.add(api);
        }
        waiting.getFirst().timeout(Duration.ofMillis(100));
        assertThrows(SocketTimeoutException.class, () -> waiting.getFirst().read(new byte[1], 0, 1));
        UnixStream tooLong = opened(Peers.connect(proxy));
        tooLong.write(new byte[] {1, 0, 0, 1, 0, 0, 0, 0, '{'});
        assertEquals(-1, tooLong.read(new byte[1], 0, 1));
        assertEquals(
                "no 'id' field in request",
                Peers.call(Peers.connect(proxy), "{}").error());
    }

    @Test
    void whatConnectionsHoldTogetherIsLimited() throws Exception {
        byte[] piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) ' ');
        List<UnixStream> greedy = new ArrayList<>();
        int closed = 0;
        for (int i = 0; i < 20; i++) { // 20 times 15 MiB of requests that are never finished
            UnixStream api = opened(Peers.connect(proxy));
            greedy.add(api);
            try {
                api.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
                for (int j = 0; j < 15; j++) {
                    api.write(piece);
                }
            } catch (IOException e) {
                closed++;
            }
        }
        assertTrue(closed >= 14, closed + " connections were closed");
        assertEquals(
                "no 'id' field in request",
                Peers.call(Peers.connect(proxy), "{}").error());
        greedy.forEach(UnixStream::close);
        await(() -> proxy.census().clients() == 1);
        UnixStream again = opened(Peers.connect(proxy));
        again.write(new byte[] {0, (byte) 0xF0, 0, 0, 0, 0, 0, 0});
        for (int j = 0; j < 14; j++) {
            again.write(piece);
        }
        byte[] last = piece.clone();
        last[last.length - 2] = '{';
        last[last.length - 1] = '}';
        again.write(last);
        assertEquals("no 'id' field in request", Peers.response(again).error());
    }

    @Test
    void garbageHurtsOnlyWhoSendsIt() throws Exception {
        MockHyperstart healthy = mock().start();
        CcProxyClient client = vm("healthy", healthy);
        IoChannel io = allocate(client, 1);
        java.util.Random random = new java.util.Random(11);
        for (int i = 0; i < 150; i++) {
            byte[] garbage = new byte[1 + random.nextInt(3000)];
            random.nextBytes(garbage);
            if (i % 3 == 0) { // believable lengths, unbelievable contents
                Arrays.fill(garbage, 0, Math.min(3, garbage.length), (byte) 0);
            }
            UnixStream api = Peers.connect(proxy);
            MockHyperstart mad = mock().start();
            CcProxyClient owner = vm("mad" + i, mad);
            IoChannel stdin = owner.allocateIo(2);
            try {
                api.write(garbage);
                stdin.stream().write(garbage);
                mad.sendIo(garbage);
                mad.sendControl(garbage);
            } catch (IOException | java.io.UncheckedIOException e) {
                assertTrue(e.getMessage() != null); // closed while it was sent, which may be
            }
            api.close();
            if (i % 2 == 0) {
                owner.bye("mad" + i);
            }
            stdin.close();
            owner.close();
            mad.close();
        }
        client.hyper("ping");
        healthy.output(1, new byte[] {1});
        assertEquals(new IoFrame(1, new byte[] {1}), io.read());
        await(() -> proxy.census().clients() == 1 && proxy.census().streams() == 1);
    }

    @Test
    void aListenerWithAFullBacklogIsTriedAgain() throws Exception {
        String path = directory.resolve("busy").toString();
        MockHyperstart mock = mock().start();
        try (Descriptor listener = UnixSocket.listen(path, 0600, 0)) {
            List<Descriptor> before = new ArrayList<>();
            assertThrows(UnixException.class, () -> {
                while (true) {
                    before.add(UnixSocket.connect(path));
                }
            });
            CcProxyClient client = client();
            CompletableFuture<String> hello = outcome(() -> client.hello("c1", path, mock.ioPath()));
            await(() -> proxy.census().vms() == 1);
            for (Descriptor earlier : before) {
                opened(Peers.accept(listener));
                earlier.close();
            }
            opened(Peers.accept(listener)).write(MockHyperstart.control(READY));
            assertEquals("ok", hello.join());
        }
    }

    @Test
    void halfASurrogateInAnIdDoesNotBreakTheAnswer() throws Exception {
        try (UnixStream api = Peers.connect(proxy)) {
            assertEquals(
                    "no payload named '\uFFFD'",
                    Peers.call(api, "{\"id\":\"\\ud800\"}").error());
            assertEquals(
                    "no payload named '\uD83D\uDE00'",
                    Peers.call(api, "{\"id\":\"\\ud83d\\ude00\"}").error());
        }
    }

    @Test
    void whoOnlyFollowsHoldsUpNobody() throws Exception {
        restart(quick(Duration.ofSeconds(20)));
        MockHyperstart mock = mock().start();
        CcProxyClient client = vm("c1", mock);
        IoChannel asleep = opened(client().follow("c1"));
        IoChannel io = allocate(client, 1);
        for (int i = 0; i < 500; i++) { // 2 MB: over the follower's queue
            mock.output(1, new byte[4000]);
            assertEquals(4000, java.util.Objects.requireNonNull(io.read()).payload().length);
        }
        asleep.close();
        mock.output(1, new byte[] {1});
        assertEquals(new IoFrame(1, new byte[] {1}), io.read());
        await(() -> proxy.census().chunks() == 0);
        client.bye("c1");
        assertNull(io.read());
    }

    @Test
    void theListShowsWhatIsThere() throws Exception {
        CcProxyClient client = vm("c1", mock().start());
        allocate(client, 1);
        assertEquals(
                "[{\"containerId\":\"c1\",\"state\":\"running\",\"clients\":1,\"streams\":1}]",
                client.list().toString());
    }

    @Test
    void listenersHearOfVmsAndClients() throws Exception {
        ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
        proxy.close();
        proxy = CcProxy.start(null, CcProxySettings.defaults(), Peers.SILENT, new VmListener() {
            @Override
            public void registered(String containerId) {
                heard.add("registered " + containerId);
            }

            @Override
            public void gone(String containerId) {
                heard.add("gone " + containerId);
            }

            @Override
            public void clients(String containerId, int count) {
                heard.add("clients " + containerId + " " + count);
            }
        });
        MockHyperstart mock = mock().start();
        CcProxyClient first = vm("c1", mock);
        client().attach("c1");
        first.bye("c1");
        assertEquals(
                List.of("registered c1", "clients c1 1", "clients c1 2", "clients c1 1", "gone c1"),
                List.copyOf(heard));
    }

    @Test
    void answersComeInOrderWithTheDescriptorBetween() throws Exception {
        MockHyperstart mock = mock().start();
        vm("c1", mock);
        try (UnixStream api = Peers.connect(proxy)) {
            String attach = "{\"id\":\"attach\",\"data\":{\"containerId\":\"c1\"}}";
            String allocate = "{\"id\":\"allocateIO\",\"data\":{\"nStreams\":1}}";
            for (String request : List.of(attach, allocate, allocate, "{\"id\":\"x\"}")) {
                api.write(Peers.message(request));
            }
            assertTrue(Peers.response(api).success());
            for (int i = 1; i <= 2; i++) {
                Response response = Peers.response(api);
                assertEquals("{\"ioBase\":" + i + "}", String.valueOf(response.data()));
                opened(Peers.descriptor(api));
            }
            assertEquals("no payload named 'x'", Peers.response(api).error());
        }
    }

    @Test
    void nothingIsLeftAfterManyRounds() throws Exception {
        MockRounds.run(proxy, directory, 50);
        long before = Peers.openDescriptors();
        MockRounds.run(proxy, directory, 500);
        assertEquals(before, Peers.openDescriptors());
        assertEquals(new CcProxy.Census(0, 0, 0, 0, 0), proxy.census());
    }

    @Test
    void aClosedProxyLeavesNoDescriptor() throws Exception {
        MockRounds.run(proxy, directory, 2);
        proxy.close();
        long before = Peers.openDescriptors();
        for (int i = 0; i < 5; i++) {
            proxy = Peers.proxy();
            MockHyperstart mock = mock().start();
            CcProxyClient client = vm("c1", mock);
            IoChannel io = allocate(client, 2);
            proxy.close();
            assertNull(io.read());
            mock.awaitEnded();
            io.close();
            client.close();
            mock.close();
        }
        assertEquals(before, Peers.openDescriptors());
    }

    @Test
    void checksumsOfManyStreamsAgree() throws Exception {
        Soak.run(proxy, directory, 40, 1 << 20);
        await(() -> proxy.census().chunks() == 0);
    }

    @Test
    void thousandsOfStreamsShareOneVm() throws Exception {
        Soak.run(proxy, directory, 3000, 20_000);
        await(() -> proxy.census().streams() == 0 && proxy.census().chunks() == 0);
    }

    @Test
    void aClosedProxyTakesNoConnections() {
        proxy.close();
        long before = Peers.openDescriptors();
        assertThrows(UnixException.class, proxy::connect);
        assertEquals(before, Peers.openDescriptors());
    }

    @Test
    void bytesArriveAsTheyWereSent() throws Exception {
        MockHyperstart mock = mock().start();
        IoChannel io = allocate(vm("c1", mock), 1);
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        io.write(all);
        assertArrayEquals(all, mock.input().payload());
    }
}
