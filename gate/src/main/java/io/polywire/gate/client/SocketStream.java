package io.polywire.gate.client;

import io.polywire.gate.message.ConnectionStatus;
import io.polywire.gate.message.MalformedJsonException;
import io.polywire.gate.message.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A call or io over a WebSocket. The listener's thread puts what comes into a queue; it asks for the next message when the
 * reader has taken one, so a slow reader holds up the program and not this process.
 */
final class SocketStream implements GateStream {
    /** What comes. */
    private sealed interface Event {}

    private record Text(String text) implements Event {}

    private record Octets(ByteBuffer octets) implements Event {}

    private record Closed(int code, String reason) implements Event {}

    private record Lost(Throwable cause) implements Event {}

    private static final int LONGEST_TEXT = 1 << 16;
    private static final int PIECE = 1 << 16;
    private static final int CLOSE_NORMAL = 1000;

    private final Incoming incoming = new Incoming();
    private final InputStream output = new Output();
    private final OutputStream input = new Input();
    private @Nullable WebSocket opened;
    private String instance = "";
    private String module = "";

    SocketStream() {}

    /** What the WebSocket has to tell its events to. */
    WebSocket.Listener listener() {
        return incoming;
    }

    /** Tells the stream its WebSocket. */
    void open(WebSocket socket) {
        opened = socket;
    }

    /**
     * Sends the first messages and waits for the answer.
     *
     * @param content module to send after the text; null: none
     * @return the answer
     */
    String start(String first, @Nullable ModuleContent content) throws IOException {
        done(socket().sendText(first, true));
        IOException unsent = content == null ? null : sendModule(content);
        incoming.more();
        return switch (incoming.take()) {
            case Text text -> text.text;
            case Octets octets -> throw new IOException("the server's first message is no text");
            case Closed closed -> throw refusal(closed);
            case Lost lost -> throw unsent == null ? lost(lost) : unsent;
        };
    }

    void describe(String instanceId, String moduleKey) {
        instance = instanceId;
        module = moduleKey;
    }

    private WebSocket socket() {
        return Objects.requireNonNull(opened);
    }

    private @Nullable IOException sendModule(ModuleContent content) {
        try (InputStream from = content.open()) {
            byte[] piece = from.readNBytes(PIECE);
            while (true) {
                byte[] next = from.readNBytes(PIECE);
                done(socket().sendBinary(ByteBuffer.wrap(piece), next.length == 0));
                if (next.length == 0) {
                    return null;
                }
                piece = next;
            }
        } catch (IOException e) {
            return e; // The server may have said why.
        }
    }

    @Override
    public String instance() {
        return instance;
    }

    @Override
    public String module() {
        return module;
    }

    @Override
    public OutputStream input() {
        return input;
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public Status await() throws IOException {
        try (this) {
            output.transferTo(OutputStream.nullOutputStream());
            Status status = incoming.status;
            if (status == null) {
                throw new IOException("the server does not tell how the program ended");
            }
            return status;
        }
    }

    @Override
    public void close() {
        WebSocket socket = opened;
        if (socket != null) {
            socket.abort();
        }
        incoming.events.add(new Lost(new IOException("closed")));
    }

    private static void done(CompletableFuture<WebSocket> sending) throws IOException {
        try {
            sending.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof IOException io ? io : new IOException(String.valueOf(cause), cause);
        }
    }

    private static GateException refusal(Closed closed) {
        String text = closed.reason.isEmpty() ? "the server closes with code " + closed.code : closed.reason;
        return new GateException(closed.code, text);
    }

    private static IOException lost(Lost lost) {
        String text = lost.cause.getMessage();
        return new IOException(text == null ? "the connection was lost" : text, lost.cause);
    }

    /** The listener's methods run on the WebSocket's threads, one at a time; {@code take} on the reader's. */
    private final class Incoming implements WebSocket.Listener {
        final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private volatile @Nullable Status status;

        @Override
        public void onOpen(WebSocket webSocket) {
            // The first message is asked for when something waits for it.
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (text.length() > LONGEST_TEXT) {
                events.add(new Lost(new IOException("the server's text message is too long")));
                webSocket.abort();
            } else if (last) {
                events.add(new Text(text.toString()));
                text.setLength(0);
            } else {
                webSocket.request(1);
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] copy = new byte[data.remaining()];
            data.get(copy);
            events.add(new Octets(ByteBuffer.wrap(copy)));
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            events.add(new Closed(code, reason));
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            events.add(new Lost(error));
        }

        void more() {
            socket().request(1);
        }

        Event take() throws IOException {
            try {
                return events.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }
    }

    /** For one reading thread. */
    private final class Output extends InputStream {
        private ByteBuffer current = ByteBuffer.allocate(0);
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            Objects.checkFromIndexSize(offset, count, into.length);
            if (count == 0) {
                return 0;
            }
            while (!current.hasRemaining()) {
                if (ended) {
                    return -1;
                }
                next();
            }
            int n = Math.min(count, current.remaining());
            current.get(into, offset, n);
            return n;
        }

        private void next() throws IOException {
            incoming.more();
            switch (incoming.take()) {
                case Octets octets -> current = octets.octets;
                case Text text -> incoming.status = status(text.text);
                case Closed closed -> {
                    ended = true;
                    if (closed.code != CLOSE_NORMAL) {
                        throw refusal(closed);
                    }
                }
                case Lost lost -> {
                    ended = true;
                    throw lost(lost);
                }
            }
        }

        private static Status status(String json) throws IOException {
            try {
                return ConnectionStatus.parse(json).status();
            } catch (MalformedJsonException e) {
                throw new IOException("the status is malformed: " + e.getMessage(), e);
            }
        }
    }

    /** For one writing thread. */
    private final class Input extends OutputStream {
        private boolean closed;

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, from.length);
            if (closed) {
                throw new IOException("the input was ended");
            }
            for (int at = 0; at < length; at += PIECE) {
                int end = offset + Math.min(length, at + PIECE);
                done(socket().sendBinary(ByteBuffer.wrap(Arrays.copyOfRange(from, offset + at, end)), true));
            }
        }

        @Override
        public void close() {
            closed = true; // Nothing on the wire says so.
        }
    }
}
