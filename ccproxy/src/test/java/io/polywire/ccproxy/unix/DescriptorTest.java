package io.polywire.ccproxy.unix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class DescriptorTest {
    @TempDir
    Path directory;

    private static long open() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
            return entries.count();
        }
    }

    @Test
    void closingTwiceClosesOnce() throws IOException {
        UnixSocket.Pair warm = UnixSocket.pair();
        warm.near().close();
        warm.far().close();
        long before = open();
        UnixSocket.Pair pair = UnixSocket.pair();
        int fd = pair.near().fd();
        pair.near().close();
        UnixSocket.Pair next = UnixSocket.pair(); // takes over the number
        assertTrue(next.near().fd() == fd || next.far().fd() == fd);
        pair.near().close();
        assertEquals(before + 3, open());
        pair.far().close();
        next.near().close();
        next.far().close();
        assertEquals(before, open());
    }

    @Test
    void aCallInProgressKeepsTheDescriptorOpen() throws IOException {
        UnixSocket.Pair pair = UnixSocket.pair();
        long before = open();
        pair.near().acquire();
        pair.near().close();
        assertEquals(before, open());
        assertThrows(UnixException.class, pair.near()::acquire);
        pair.near().release();
        assertEquals(before - 1, open());
        pair.far().close();
    }

    @Test
    void aPassedDescriptorWorksAtTheOtherEnd() throws IOException {
        UnixSocket.Pair road = UnixSocket.pair();
        UnixSocket.Pair cargo = UnixSocket.pair();
        assertEquals(1, UnixSocket.sendDescriptor(road.near().fd(), (byte) 'F', cargo.far()));
        cargo.far().close();
        byte[] octet = new byte[1];
        UnixSocket.Received received = UnixSocket.receiveDescriptor(road.far().fd(), octet);
        assertNotNull(received);
        assertEquals('F', octet[0]);
        assertNotNull(received.descriptor());
        try (UnixStream near = new UnixStream(cargo.near());
                UnixStream far = new UnixStream(received.descriptor())) {
            near.write(new byte[] {1, 2, 3});
            byte[] got = new byte[3];
            far.readFully(got);
            assertArrayEquals(new byte[] {1, 2, 3}, got);
        }
        assertNull(UnixSocket.receiveDescriptor(road.far().fd(), octet));
        road.near().close();
        road.far().close();
    }

    @Test
    void plainOctetsCarryNoDescriptor() throws IOException {
        UnixSocket.Pair road = UnixSocket.pair();
        try (UnixStream near = new UnixStream(road.near());
                UnixStream far = new UnixStream(road.far())) {
            near.write(new byte[] {'F'});
            assertNull(far.receiveDescriptor(new byte[1]).descriptor());
        }
    }

    @Test
    void thePeerOfASocketIsThisProcess() {
        UnixSocket.Pair pair = UnixSocket.pair();
        assertEquals(
                ProcessHandle.current().pid(),
                UnixSocket.peerCredentials(pair.near()).pid());
        pair.near().close();
        pair.far().close();
    }

    @Test
    void aListeningSocketHasItsModeFromTheBeginning() throws IOException {
        Path path = directory.resolve("s");
        Descriptor socket = UnixSocket.listen(path.toString(), 0640, 4);
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        socket.close();
    }

    @Test
    void failuresNameTheCallAndTheReason() {
        assertEquals(
                "connect: no such file or directory",
                assertThrows(UnixException.class, () -> UnixSocket.connect("/nonexistent/x"))
                        .text());
        assertEquals(
                "connect: file name too long",
                assertThrows(UnixException.class, () -> UnixSocket.connect("x".repeat(108)))
                        .text());
        assertEquals(
                "connect: invalid argument",
                assertThrows(UnixException.class, () -> UnixSocket.connect("a\0b"))
                        .text());
        assertThrows(UnixException.class, () -> UnixSocket.inherited(0));
    }

    @Test
    void abstractNamesNeedNoFile() {
        String name = "@polywire-test-" + ProcessHandle.current().pid();
        Descriptor socket = UnixSocket.listen(name, 0600, 1);
        UnixSocket.connect(name).close();
        socket.close();
        assertThrows(UnixException.class, () -> UnixSocket.connect(name));
    }

    @Test
    void closingEndsAReadInProgress() throws Exception {
        UnixSocket.Pair pair = UnixSocket.pair();
        UnixStream stream = new UnixStream(pair.near());
        CompletableFuture<String> outcome = new CompletableFuture<>();
        CompletableFuture<Thread> started = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            started.complete(Thread.currentThread());
            try {
                outcome.complete("read " + stream.read(new byte[1], 0, 1));
            } catch (IOException e) {
                outcome.complete(String.valueOf(e.getMessage()));
            }
        });
        Thread reader = started.join();
        while (reader.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        stream.close();
        assertEquals("the stream is closed", outcome.get(10, TimeUnit.SECONDS));
        pair.far().close();
    }

    @Test
    void aReadThatNobodyAnswersTimesOutAndCanBeRepeated() throws IOException {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (UnixStream near = new UnixStream(pair.near());
                UnixStream far = new UnixStream(pair.far())) {
            near.timeout(Duration.ofMillis(20));
            assertThrows(SocketTimeoutException.class, () -> near.read(new byte[1], 0, 1));
            far.write(new byte[] {7});
            byte[] got = new byte[1];
            near.readFully(got);
            assertEquals(7, got[0]);
        }
    }
}
