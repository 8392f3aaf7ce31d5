package io.polywire.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/1.1 side of a listener: one request after the other, until the connection ends or becomes a WebSocket.
 *
 * <p>Parts of a request that cannot be taken yet (the answer to the one before is under way, or the handler paused) wait in
 * a queue, and nothing more is read meanwhile; so it holds at most what one read contained.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class HttpConnection extends Tended implements HttpCarrier {
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** A body nobody wants is read up to this size, to keep the connection. */
    static final long UNWANTED = 64 * 1024;

    private static final int LONGEST_LINE = 8192;

    private final Channel channel;
    private final Loop loop;
    private final ListenSettings settings;
    private final Doors doors;
    private final HttpChannel.Tap tap = new HttpChannel.Tap(this);
    private final HttpServerCodec codec;
    private final HttpChannel handler = new HttpChannel(this);
    private final HttpOutput output;
    private final ArrayDeque<HttpObject> waiting = new ArrayDeque<>();

    private @Nullable Peer peer;
    private @Nullable HttpRequest request;
    private @Nullable HttpExchange exchange;
    private HttpAnswer.@Nullable Upgrade upgrade;
    private boolean inputDone;
    private boolean outputDone;
    private boolean paused;
    private boolean closing;
    private boolean flushed;
    private boolean inputEnded;
    private boolean upgraded;
    private boolean headStarted;
    private long unwanted;
    private boolean timed;
    private long deadline;

    private HttpConnection(Channel channel, Loop loop, ListenSettings settings, Doors doors) {
        this.channel = channel;
        this.loop = loop;
        this.settings = settings;
        this.doors = doors;
        this.output = new HttpOutput(channel, loop);
        this.codec = new HttpServerCodec(new HttpDecoderConfig()
                .setMaxInitialLineLength(LONGEST_LINE)
                .setMaxHeaderSize(settings.maxHeaderBytes()));
    }

    static void install(ChannelPipeline pipeline, Loop loop, ListenSettings settings, Doors doors) {
        HttpConnection connection = new HttpConnection(pipeline.channel(), loop, settings, doors);
        pipeline.addLast(connection.tap, connection.codec, connection.handler);
        loop.tend(connection);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    // ---- input ----

    void arrived(HttpObject part) {
        waiting.add(part);
        drain();
    }

    private void drain() {
        while (!waiting.isEmpty() && ready(waiting.peek())) {
            HttpObject part = waiting.remove();
            try {
                process(part);
            } finally {
                ReferenceCountUtil.release(part);
            }
        }
        boolean read = waiting.isEmpty() && !paused;
        if (!upgraded && channel.config().isAutoRead() != read) {
            channel.config().setAutoRead(read);
        }
    }

    private boolean ready(HttpObject part) {
        boolean head = part instanceof io.netty.handler.codec.http.HttpRequest;
        return closing || (head ? request == null && output.writable() : !paused);
    }

    private void process(HttpObject part) {
        if (closing) {
            return;
        }
        if (part.decoderResult().isFailure()) {
            refuse(part.decoderResult().cause());
            return;
        }
        if (part instanceof io.netty.handler.codec.http.HttpRequest head) {
            head(head);
        }
        if (!closing && part instanceof HttpContent content) {
            content(content);
        }
    }

    private void refuse(Throwable cause) {
        output.keepAliveIf(false);
        HttpExchange current = exchange;
        if (current != null && !outputDone) {
            abort(current); // The body is faulty; the answer may have begun.
            return;
        }
        HttpResponse answer = switch (cause) {
            case TooLongHttpLineException e -> HttpResponse.text(414, "request line is longer than 8192 octets");
            case TooLongHttpHeaderException e ->
                HttpResponse.text(431, "header is longer than " + settings.maxHeaderBytes() + " octets");
            default -> HttpResponse.text(400, "this is not HTTP/1.1");
        };
        output.full(answer);
        close();
    }

    private void head(io.netty.handler.codec.http.HttpRequest head) {
        timed = false;
        headStarted = false;
        inputDone = false;
        outputDone = false;
        unwanted = UNWANTED;
        output.next(head);
        HttpRequest asked = request(head);
        request = asked;
        boolean expects = HttpUtil.is100ContinueExpected(head);
        if (!output.oldVersion() && asked.headers().all("Host").size() != 1) {
            output.keepAliveIf(false);
            answer(HttpResponse.text(400, "HTTP/1.1 needs one Host header"));
            return;
        }
        switch (doors.ask(asked)) {
            case HttpResponse response -> {
                // The client waits before it sends the body, which therefore cannot be skipped.
                output.keepAliveIf(!expects && HttpUtil.getContentLength(head, 0L) <= UNWANTED);
                answer(response);
            }
            case HttpAnswer.Exchange e -> open(new HttpExchange(this, asked, e.handler()), expects);
            case HttpAnswer.Upgrade u -> upgrade = u;
        }
        awaitBody();
    }

    /** Who streams has patience of its own; else more of the body has to come in time. */
    private void awaitBody() {
        HttpExchange current = exchange;
        if (!closing && (current == null || current.handler() instanceof GatheredBody)) {
            expire(settings.idleTimeout().toNanos());
        }
    }

    private HttpRequest request(io.netty.handler.codec.http.HttpRequest head) {
        Peer now = peer;
        if (now == null) {
            now = Peer.of(channel);
            peer = now;
        }
        return HttpRequest.of(head, now);
    }

    private void open(HttpExchange opened, boolean expects) {
        exchange = opened;
        if (expects) {
            output.proceed();
        }
        guarded(() -> opened.handler().onStart(opened));
    }

    private void content(HttpContent content) {
        HttpExchange current = exchange;
        ByteBuf data = content.content();
        int length = data.readableBytes();
        if (length > 0 && current != null && !outputDone) {
            byte[] bytes = new byte[length];
            data.readBytes(bytes);
            guarded(() -> current.handler().onData(current, bytes, 0, length));
        } else {
            unwanted -= length;
            if (unwanted < 0) {
                close();
                return;
            }
        }
        if (content instanceof LastHttpContent last) {
            inputDone = true;
            timed = false;
            ended(last);
        } else {
            awaitBody();
        }
    }

    private void ended(LastHttpContent last) {
        HttpAnswer.Upgrade wanted = upgrade;
        HttpExchange current = exchange;
        if (wanted != null) {
            upgrade(wanted);
        } else if (outputDone) {
            next();
        } else if (current != null) {
            Headers trailers = Headers.copyOf(last.trailingHeaders());
            guarded(() -> current.handler().onEnd(current, trailers));
        }
    }

    private void upgrade(HttpAnswer.Upgrade wanted) {
        HttpRequest asked = Objects.requireNonNull(request);
        HttpResponse refusal = ServerUpgrade.refusal(asked);
        if (refusal != null) {
            answer(refusal);
        } else if (waiting.isEmpty()) {
            become(ServerUpgrade.accept(channel, loop, wanted, asked));
        } else {
            // They were read as HTTP already. A client must not send them before it has seen the answer.
            output.keepAliveIf(false);
            answer(HttpResponse.text(400, "octets behind a pipelined upgrade"));
        }
    }

    private void become(WebSocket socket) {
        loop.forget(this);
        upgraded = true;
        channel.config().setAutoRead(true);
        channel.pipeline().remove(tap);
        channel.pipeline().replace(handler, null, new ConnectionChannel(socket));
        // Hands on what the client sent behind its request; the connection opens on that or, at the latest, below.
        channel.pipeline().remove(codec);
        socket.start();
    }

    // ---- output ----

    @Override
    public void respond(HttpExchange from, HttpResponse response) {
        if (from == exchange && !from.over()) {
            output.keepAliveIf(inputDone);
            answer(response);
        }
    }

    private void answer(HttpResponse response) {
        upgrade = null;
        output.full(response);
        outputComplete();
    }

    @Override
    public void start(HttpExchange from, int status, Headers headers) {
        if (from == exchange && !from.over()) {
            output.start(status, headers);
        }
    }

    @Override
    public void write(HttpExchange from, byte[] buf, int off, int len) {
        if (from == exchange && !from.over() && len > 0) {
            output.body(buf, off, len);
        }
    }

    @Override
    public void end(HttpExchange from, Headers trailers) {
        if (from == exchange && !from.over()) {
            output.end(trailers);
            output.keepAliveIf(inputDone);
            outputComplete();
        }
    }

    @Override
    public long queuedBytes() {
        return output.queuedBytes();
    }

    @Override
    public void pause(HttpExchange from, boolean on) {
        if (from == exchange && !from.over()) {
            paused = on;
            // Not at once: this may be called from within the draining.
            loop.execute(this::drain);
        }
    }

    @Override
    public void abort(HttpExchange from) {
        if (from == exchange && !from.over()) {
            channel.close();
        }
    }

    private void outputComplete() {
        outputDone = true;
        if (!output.keepAlive()) {
            close();
        } else if (inputDone) {
            next();
        }
    }

    private void next() {
        finishExchange(true);
        request = null;
        paused = false;
        expire(settings.idleTimeout().toNanos());
        loop.execute(this::drain);
    }

    private void finishExchange(boolean complete) {
        HttpExchange current = exchange;
        if (current != null) {
            exchange = null;
            guarded(() -> current.finish(complete));
        }
    }

    /** Flushes, then closes; what comes in meanwhile is thrown away. */
    private void close() {
        if (closing) {
            return;
        }
        closing = true;
        paused = false;
        finishExchange(outputDone);
        expire(CLOSE_NANOS);
        output.whenFlushed(this::flushed);
        loop.execute(this::drain);
    }

    private void flushed() {
        flushed = true;
        if (inputEnded) {
            channel.close();
        } else {
            expire(LINGER_NANOS);
            Lingering.shutdownOutput(channel);
        }
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            Connection.LOG.log(Level.ERROR, "handler of an HTTP exchange failed", e);
            channel.close();
        }
    }

    // ---- deadlines and ends ----

    private void expire(long nanos) {
        timed = true;
        deadline = System.nanoTime() + nanos;
    }

    void bytesSeen() {
        if (request == null && !headStarted && !closing) {
            headStarted = true;
            expire(settings.handshakeTimeout().toNanos());
        }
    }

    @Override
    void tick(long now) {
        if (!timed || now - deadline <= 0) {
            return;
        }
        if (headStarted && !closing) {
            output.keepAliveIf(false);
            output.full(HttpResponse.text(408, "the request took too long"));
            close();
        } else {
            channel.close();
        }
    }

    @Override
    void shutDown() {
        if (exchange == null) {
            close();
        } else {
            channel.close();
        }
    }

    void inputEnd() {
        HttpExchange current = exchange;
        output.keepAliveIf(false);
        inputEnded = true;
        if (closing) {
            if (flushed) {
                channel.close();
            }
        } else if (current == null) {
            close();
        } else if (inputDone) {
            guarded(() -> current.handler().onInputEnd(current));
        } else {
            channel.close();
        }
    }

    void inactive() {
        closing = true;
        loop.forget(this);
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        finishExchange(false);
    }

    void writabilityChanged() {
        if (!output.writable()) {
            return;
        }
        HttpExchange current = exchange;
        if (current == null) {
            drain();
        } else {
            guarded(() -> current.handler().onDrained(current));
        }
    }

    void broken(Throwable cause) {
        Connection.LOG.log(Level.DEBUG, "HTTP connection broke", cause);
        channel.close();
    }
}
