package io.polywire.testkit.hyperstart;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Plays hyperstart, the agent in a VM, for a cc-proxy under test: listens on a control and an I/O socket, greets with
 * READY, answers commands, takes and sends I/O frames. One proxy connects, once.
 *
 * <p>All integers on the wire are big endian. A control frame is code (4 octets), length (4, counting the header of 8)
 * and payload; an I/O frame is sequence (8), length (4, counting the header of 12) and payload.
 *
 * <p>Thread-safe. Replies and frame consumers are called on threads of the mock; set them before {@link #start}.
 */
public final class MockHyperstart implements AutoCloseable {
    public static final int READY = 8;
    public static final int ACK = 9;
    public static final int ERROR = 10;
    public static final int FINISHPOD = 13;
    public static final int NEXT = 14;

    private static final long WAIT_SECONDS = 20;
    private static final int CONTROL_HEADER = 8;
    private static final int IO_HEADER = 12;

    /** A command as the agent got it. */
    @SuppressWarnings("ArrayRecordComponent") // not compared
    public record Command(int code, byte[] payload) {}

    /** An I/O frame as the agent got it; an empty payload is the end of the input. */
    @SuppressWarnings("ArrayRecordComponent") // not compared
    public record Input(long sequence, byte[] payload) {}

    private final Path controlPath;
    private final Path ioPath;
    private final ServerSocketChannel controlListener;
    private final ServerSocketChannel ioListener;
    private final CompletableFuture<SocketChannel> control = new CompletableFuture<>();
    private final CompletableFuture<SocketChannel> io = new CompletableFuture<>();
    private final CompletableFuture<Void> controlEnded = new CompletableFuture<>();
    private final CompletableFuture<Void> ioEnded = new CompletableFuture<>();
    private final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();
    private final BlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
    private final ReentrantLock sending = new ReentrantLock();
    private byte[] greeting = control(READY);
    private volatile Function<Command, byte @Nullable []> reply = MockHyperstart::nextsAndAck;
    private @Nullable Consumer<Input> consumer;

    /** A mock whose sockets will be {@code directory/ctl} and {@code directory/io}. */
    public MockHyperstart(Path directory) {
        this.controlPath = directory.resolve("ctl");
        this.ioPath = directory.resolve("io");
        try {
            controlListener = listen(controlPath);
            ioListener = listen(ioPath);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A mock that greets with READY and acknowledges every command. */
    public static MockHyperstart started(Path directory) {
        return new MockHyperstart(directory).start();
    }

    /** Sends these octets instead of READY once both sockets are connected; none at all if empty. */
    public MockHyperstart greeting(byte[] octets) {
        greeting = octets.clone();
        return this;
    }

    /** Answers commands with these octets; null answers nothing. */
    public MockHyperstart reply(Function<Command, byte @Nullable []> answer) {
        reply = answer;
        return this;
    }

    /** Hands input frames to this instead of keeping them for {@link #input}. */
    public MockHyperstart consumer(Consumer<Input> frames) {
        consumer = frames;
        return this;
    }

    /** Accepts the proxy's connections. */
    public MockHyperstart start() {
        Thread.ofVirtual()
                .name("mock-control")
                .start(() -> serve(controlListener, control, controlEnded, channel -> {
                    if (greeting.length > 0) {
                        io.join();
                        write(channel, greeting);
                    }
                    while (true) {
                        readCommand(channel);
                    }
                }));
        Thread.ofVirtual()
                .name("mock-io")
                .start(() -> serve(ioListener, io, ioEnded, channel -> {
                    ByteBuffer header = ByteBuffer.allocate(IO_HEADER);
                    while (true) {
                        readFully(channel, header.clear());
                        Input frame = new Input(header.getLong(0), payload(channel, header.getInt(8) - IO_HEADER));
                        if (consumer != null) {
                            consumer.accept(frame);
                        } else {
                            inputs.add(frame);
                        }
                    }
                }));
        return this;
    }

    public String controlPath() {
        return controlPath.toString();
    }

    public String ioPath() {
        return ioPath.toString();
    }

    /** The next command; fails when none comes. */
    public Command command() throws InterruptedException {
        Command next = commands.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no command came");
        }
        return next;
    }

    /** The next input frame; fails when none comes. */
    public Input input() throws InterruptedException {
        Input next = inputs.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no input frame came");
        }
        return next;
    }

    /** Commands that have come and were not taken. */
    public List<Command> pendingCommands() {
        return new ArrayList<>(commands);
    }

    /** Input frames that have come and were not taken. */
    public List<Input> pendingInputs() {
        return new ArrayList<>(inputs);
    }

    /** Sends octets on the control channel. */
    public void sendControl(byte[] octets) {
        write(join(control), octets);
    }

    /** Sends octets on the I/O channel; waits while the proxy does not read. */
    public void sendIo(byte[] octets) {
        SocketChannel channel = join(io);
        sending.lock();
        try {
            write(channel, octets);
        } finally {
            sending.unlock();
        }
    }

    /** Sends one frame of output. */
    public void output(long sequence, byte[] payload) {
        sendIo(io(sequence, payload));
    }

    /** Ends a process: the empty frame, then the exit code, both on its first number. */
    public void exit(long sequence, int code) {
        sendIo(io(sequence, new byte[0]));
        sendIo(io(sequence, new byte[] {(byte) code}));
    }

    public void closeControl() {
        close(join(control));
    }

    public void closeIo() {
        close(join(io));
    }

    /** Waits until the proxy has connected both channels. */
    public void awaitConnected() {
        join(control);
        join(io);
    }

    /** Waits until the proxy has closed both channels. */
    public void awaitEnded() {
        join(controlEnded);
        join(ioEnded);
    }

    /** A control frame without payload. */
    public static byte[] control(int code) {
        return control(code, new byte[0]);
    }

    public static byte[] control(int code, byte[] payload) {
        return ByteBuffer.allocate(CONTROL_HEADER + payload.length)
                .putInt(code)
                .putInt(CONTROL_HEADER + payload.length)
                .put(payload)
                .array();
    }

    public static byte[] io(long sequence, byte[] payload) {
        return ByteBuffer.allocate(IO_HEADER + payload.length)
                .putLong(sequence)
                .putInt(IO_HEADER + payload.length)
                .put(payload)
                .array();
    }

    /** What a real agent answers: NEXT for the header, NEXT for a payload, ACK. */
    public static byte[] nextsAndAck(Command command) {
        ByteBuffer answer = ByteBuffer.allocate(32);
        answer.putInt(NEXT).putInt(12).putInt(CONTROL_HEADER);
        if (command.payload.length > 0) {
            answer.putInt(NEXT).putInt(12).putInt(command.payload.length);
        }
        answer.putInt(ACK).putInt(CONTROL_HEADER);
        byte[] octets = new byte[answer.position()];
        answer.get(0, octets);
        return octets;
    }

    @Override
    public void close() {
        close(controlListener);
        close(ioListener);
        control.completeExceptionally(new IOException("the mock is closed"));
        io.completeExceptionally(new IOException("the mock is closed"));
        for (CompletableFuture<SocketChannel> channel : List.of(control, io)) {
            if (!channel.isCompletedExceptionally()) {
                close(channel.join());
            }
        }
        try {
            Files.deleteIfExists(controlPath);
            Files.deleteIfExists(ioPath);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Service {
        void run(SocketChannel channel) throws IOException;
    }

    private static void serve(
            ServerSocketChannel listener,
            CompletableFuture<SocketChannel> connected,
            CompletableFuture<Void> ended,
            Service service) {
        try {
            SocketChannel channel = listener.accept();
            if (!connected.complete(channel)) {
                close(channel);
            }
            service.run(channel);
        } catch (IOException | UncheckedIOException e) {
            ended.complete(null); // the way in which both a proxy and a test end a connection
        }
    }

    private void readCommand(SocketChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(CONTROL_HEADER);
        readFully(channel, header);
        Command command = new Command(header.getInt(0), payload(channel, header.getInt(4) - CONTROL_HEADER));
        commands.add(command);
        byte[] answer = reply.apply(command);
        if (answer != null) {
            write(channel, answer);
        }
    }

    private static byte[] payload(SocketChannel channel, int length) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(Math.max(0, length));
        readFully(channel, payload);
        return payload.array();
    }

    private static void readFully(SocketChannel channel, ByteBuffer room) throws IOException {
        while (room.hasRemaining()) {
            if (channel.read(room) < 0) {
                throw new EOFException();
            }
        }
    }

    private static void write(SocketChannel channel, byte[] octets) {
        try {
            ByteBuffer left = ByteBuffer.wrap(octets);
            while (left.hasRemaining()) {
                channel.write(left);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return listener.bind(UnixDomainSocketAddress.of(path));
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw new AssertionError("the proxy did not act in time", e);
            }
            throw e;
        }
    }

    private static void close(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
