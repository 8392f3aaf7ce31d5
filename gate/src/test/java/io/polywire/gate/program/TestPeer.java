package io.polywire.gate.program;

import io.polywire.gate.service.GuestPeer;
import io.polywire.gate.service.GuestStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that sends all of its input as it may, and takes all output at once. */
public final class TestPeer implements GuestPeer {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final CompletableFuture<Boolean> connected = new CompletableFuture<>();
    private final CompletableFuture<byte[]> closed = new CompletableFuture<>();
    private final CompletableFuture<Boolean> inputEnded = new CompletableFuture<>();
    private ByteBuffer input;
    private boolean open;
    private int credit;
    private int taken;
    private boolean ended;
    private @Nullable GuestStream stream;

    private TestPeer(byte[] input, boolean open) {
        this.input = ByteBuffer.wrap(input);
        this.open = open;
    }

    /** A client whose input ends. */
    public static TestPeer sends(byte[] input) {
        return new TestPeer(input, false);
    }

    public static TestPeer sends(String input) {
        return sends(input.getBytes(StandardCharsets.UTF_8));
    }

    /** A client whose input stays open. */
    public static TestPeer open(String input) {
        return new TestPeer(input.getBytes(StandardCharsets.UTF_8), true);
    }

    /** Connects to a program. */
    public TestPeer connect(Guest guest) {
        GuestStream s = guest.connect(this);
        synchronized (this) {
            stream = s;
        }
        pump();
        return this;
    }

    /** Sends more. */
    public void send(byte[] more, boolean last) {
        synchronized (this) {
            ByteBuffer all = ByteBuffer.allocate(input.remaining() + more.length);
            input = all.put(input).put(more).flip();
            open = !last;
        }
        pump();
    }

    private synchronized void pump() {
        GuestStream s = stream;
        if (s == null) {
            return;
        }
        int n = Math.min(credit, input.remaining());
        if (n > 0) {
            ByteBuffer part = input.slice(input.position(), n);
            input.position(input.position() + n);
            credit -= n;
            s.input(part);
        }
        if (!input.hasRemaining() && !open && !ended) {
            ended = true;
            s.inputEnd();
        }
        int consumed = taken;
        taken = 0;
        if (consumed > 0) {
            s.consumed(consumed);
        }
    }

    public synchronized boolean isAttached() {
        return stream != null;
    }

    public synchronized GuestStream stream() {
        GuestStream s = stream;
        if (s == null) {
            throw new IllegalStateException();
        }
        return s;
    }

    @Override
    public void connected(GuestStream s) {
        synchronized (this) {
            stream = s;
        }
        connected.complete(true);
    }

    @Override
    public void refused() {
        connected.complete(false);
        closed.complete(new byte[0]);
    }

    @Override
    public void credit(int bytes) {
        synchronized (this) {
            credit += bytes;
        }
        pump();
    }

    @Override
    public void output(byte[] data) {
        synchronized (this) {
            output.writeBytes(data);
            taken += data.length;
        }
        pump();
    }

    @Override
    public void outputEnd() {
        stream().outputWritten();
    }

    @Override
    public void inputEnd() {
        inputEnded.complete(true);
    }

    @Override
    public void closed() {
        synchronized (this) {
            closed.complete(output.toByteArray());
        }
    }

    /** Whether the program accepted. */
    public boolean isConnected() throws Exception {
        return connected.get(20, TimeUnit.SECONDS);
    }

    /** Waits until the program takes no more input. */
    public void awaitInputEnd() throws Exception {
        inputEnded.get(20, TimeUnit.SECONDS);
    }

    /** All output, once the stream is closed. */
    public byte[] bytes() throws Exception {
        return closed.get(20, TimeUnit.SECONDS);
    }

    public String text() throws Exception {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** Output so far. */
    public synchronized byte[] soFar() {
        return output.toByteArray();
    }
}
