package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** HTTP/2 frame by frame. */
final class Http2Test {
    private static final long SEED = 20_260_202;
    private static final int ENHANCE_YOUR_CALM = 11;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<HttpExchange> held = new LinkedBlockingQueue<>();

    private final HttpDoor door = request -> switch (request.path()) {
        case "/hello" -> HttpResponse.text(200, request.method() + " " + request.query());
        case "/host" ->
            HttpResponse.text(
                    200, request.headers().all("host") + " " + request.headers().all("Cookie"));
        case "/gather" -> HttpAnswer.gather(100_000, (x, body) -> x.respond(HttpResponse.text(200, body.length + "")));
        case "/large" -> new HttpResponse(200, Headers.EMPTY, new byte[1_000_000]);
        case "/duplex" -> new HttpAnswer.Exchange(new Duplex());
        case "/held" -> new HttpAnswer.Exchange(new Held());
        case "/fault" -> throw new IllegalStateException("secret");
        case "/ws" -> new HttpAnswer.Upgrade(new Echo(), WebSocketSettings.DEFAULT);
        default -> null;
    };

    /** Sends every part back while the request is still coming, and trailers for trailers. */
    private final class Duplex implements ExchangeHandler {
        @Override
        public void onStart(HttpExchange x) {
            x.start(200, Headers.of("Trailer", "X-Count"));
        }

        @Override
        public void onData(HttpExchange x, byte[] buf, int off, int len) {
            x.write(buf, off, len);
        }

        @Override
        public void onEnd(HttpExchange x, Headers trailers) {
            x.end(Headers.of("X-Count", "all " + trailers.first("X-Sum")));
        }

        @Override
        public void onClose(HttpExchange x, boolean complete) {
            events.add("closed " + complete);
        }
    }

    /** Reads nothing and says nothing. */
    private final class Held implements ExchangeHandler {
        @Override
        public void onStart(HttpExchange x) {
            x.pauseReading();
            held.add(x);
        }

        @Override
        public void onData(HttpExchange x, byte[] buf, int off, int len) {}

        @Override
        public void onEnd(HttpExchange x, Headers trailers) {
            x.respond(HttpResponse.text(200, "at last"));
        }

        @Override
        public void onClose(HttpExchange x, boolean complete) {
            events.add("closed " + complete);
        }
    }

    private Served serve() {
        return new Served(Doors.http(door));
    }

    private static byte[] get(int stream, String path) {
        return Http2Peer.request(stream, "GET", path, true);
    }

    private String event() throws InterruptedException {
        return String.valueOf(events.poll(30, TimeUnit.SECONDS));
    }

    private HttpExchange exchange() throws InterruptedException {
        HttpExchange x = held.poll(30, TimeUnit.SECONDS);
        if (x == null) {
            throw new AssertionError("nothing was asked");
        }
        return x;
    }

    @Test
    void requestsReachTheDoorsAndHeadsAreComplete() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            assertEquals("200|GET a=b\n", peer.send(get(1, "/hello?a=b")).answer(1));
            assertEquals(
                    "404|nothing is served here\n", peer.send(get(3, "/other")).answer(3));
            assertEquals("500|internal error\n", peer.send(get(5, "/fault")).answer(5));
            assertEquals(
                    "426|this is a WebSocket endpoint of HTTP/1.1\n",
                    peer.send(get(7, "/ws")).answer(7));
            byte[] cookies = Http2Peer.request(9, "GET", "/host", true, "cookie", "a=1", "cookie", "b=2");
            assertEquals("200|[x] [a=1; b=2]\n", peer.send(cookies).answer(9));
            Http2Peer.Frame head =
                    peer.send(Http2Peer.request(11, "HEAD", "/hello", true)).next();
            assertTrue(head.last());
            assertEquals("10", peer.field(head, "content-length"));
        }
    }

    @Test
    void bothDirectionsAreServedAtOnceAndTrailersFollow() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(Http2Peer.request(1, "POST", "/duplex", false));
            assertEquals("200", peer.field(peer.next(), ":status"));
            for (String part : new String[] {"one", "two"}) {
                peer.send(Http2Peer.data(1, false, part.getBytes(StandardCharsets.UTF_8)));
                assertEquals(part, peer.next().text());
            }
            peer.send(Http2Peer.frame(
                    Http2Peer.HEADERS, Http2Peer.END_HEADERS | Http2Peer.END_STREAM, 1, Http2Peer.block("x-sum", "6")));
            Http2Peer.Frame trailers = peer.next();
            assertTrue(trailers.last());
            assertEquals("all 6", peer.field(trailers, "x-count"));
            assertEquals("closed true", event());
        }
    }

    @Test
    void unreadBodyStopsItsOwnStreamOnly() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(Http2Peer.request(1, "POST", "/held", false));
            HttpExchange x = exchange();
            for (int sent = 0; sent < Http2Connection.STREAM_WINDOW; sent += 16384) {
                peer.send(Http2Peer.data(1, false, new byte[16384]));
            }
            peer.send(get(3, "/hello"));
            Http2Peer.Frame frame = peer.any();
            for (; frame.stream() != 3; frame = peer.any()) {
                assertFalse(frame.type() == Http2Peer.WINDOW_UPDATE && frame.stream() == 1, "the window was widened");
            }
            assertEquals("200", peer.field(frame, ":status"));
            x.execute(x::resumeReading);
            Http2Peer.Frame update = peer.next(Http2Peer.WINDOW_UPDATE);
            while (update.stream() == 0) {
                update = peer.next(Http2Peer.WINDOW_UPDATE);
            }
            assertEquals(1, update.stream());
            peer.send(Http2Peer.data(1, true, new byte[1]));
            assertEquals("200|at last\n", peer.answer(1));
        }
    }

    @Test
    void answerWaitsForTheWindowOfTheClient() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(get(1, "/large"));
            assertEquals("200", peer.field(peer.next(), ":status"));
            int came = 0;
            while (came < 65535) {
                came += peer.next().payload().length;
            }
            assertEquals(65535, came);
            // An answer without a body needs no window: it comes next.
            peer.send(Http2Peer.request(3, "HEAD", "/hello", true));
            assertEquals(3, peer.next().stream());
            peer.send(Http2Peer.window(0, 1_000_000)).send(Http2Peer.window(1, 1_000_000));
            for (Http2Peer.Frame frame = peer.next(); ; frame = peer.next()) {
                came += frame.payload().length;
                if (frame.last()) {
                    break;
                }
            }
            assertEquals(1_000_000, came);
        }
    }

    @Test
    void bodyNobodyWantsIsCutAfterTheAnswer() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(Http2Peer.request(1, "POST", "/hello", false));
            assertEquals("200|POST null\n", peer.answer(1));
            for (int sent = 0; sent <= HttpConnection.UNWANTED; sent += 16384) {
                peer.send(Http2Peer.data(1, false, new byte[16384]));
            }
            Http2Peer.Frame reset = peer.next();
            assertEquals(Http2Peer.RESET + " 0", reset.type() + " " + reset.error());
            assertEquals("200|GET null\n", peer.send(get(3, "/hello")).answer(3));
        }
    }

    @Test
    void resetAndLyingLengthEndTheirExchangeOnly() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(Http2Peer.request(1, "POST", "/held", false));
            exchange();
            peer.send(Http2Peer.reset(1));
            assertEquals("closed false", event());
            peer.send(Http2Peer.request(3, "POST", "/duplex", false, "content-length", "5"));
            assertEquals("200", peer.field(peer.next(), ":status"));
            peer.send(Http2Peer.data(3, true, new byte[3]));
            Http2Peer.Frame reset = peer.next();
            assertEquals(Http2Peer.RESET + " 3", reset.type() + " " + reset.stream());
            assertEquals("closed false", event());
            assertEquals("200|GET null\n", peer.send(get(5, "/hello")).answer(5));
        }
    }

    @Test
    void streamsAndHeadsHaveBounds() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            for (int i = 0; i <= Http2Connection.STREAMS; i++) {
                peer.send(Http2Peer.request(1 + 2 * i, "POST", "/held", false));
            }
            Http2Peer.Frame refused = peer.next();
            assertEquals(Http2Peer.RESET, refused.type());
            assertEquals(1 + 2 * Http2Connection.STREAMS, refused.stream());
            assertEquals(7, refused.error()); // REFUSED_STREAM
        }
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(Http2Peer.request(1, "GET", "/hello", true, "x", "x".repeat(16_300)));
            assertEquals("431", peer.field(peer.next(), ":status"));
        }
    }

    @Test
    void faultyHeadsAreRefused() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            assertTrue(peer.send(get(1, "hello")).answer(1).startsWith("400|"));
            assertTrue(peer.send(get(3, "/a b")).answer(3).startsWith("400|"));
            peer.send(Http2Peer.request(5, "GET", "/hello", true, "connection", "close"));
            assertEquals(Http2Peer.RESET, peer.next().type());
            assertEquals("200|GET null\n", peer.send(get(7, "/hello")).answer(7));
        }
    }

    @Test
    void rapidResetsEndTheConnection() throws Exception {
        try (Served served = serve();
                Http2Peer other = Http2Peer.connect(served.at());
                Http2Peer peer = Http2Peer.connect(served.at())) {
            int stream = 1;
            for (int i = 0; i < 201; i++, stream += 2) {
                peer.send(Http2Peer.request(stream, "POST", "/held", false)).send(Http2Peer.reset(stream));
            }
            assertEquals(ENHANCE_YOUR_CALM, peer.next(Http2Peer.GOAWAY).error());
            peer.raw.readToEnd();
            for (int i = 0; i < 201; i++) {
                assertEquals("closed false", event());
            }
            assertEquals("200|GET null\n", other.send(get(1, "/hello")).answer(1));
        }
    }

    @Test
    void continuationsWithoutEndEndTheConnection() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(Http2Peer.frame(
                    Http2Peer.HEADERS, Http2Peer.END_STREAM, 1, Http2Peer.block(":method", "GET", ":path", "/hello")));
            for (int i = 0; i < 17; i++) {
                peer.send(Http2Peer.frame(Http2Peer.CONTINUATION, 0, 1, Http2Peer.block("x", "y")));
            }
            assertEquals(ENHANCE_YOUR_CALM, peer.next(Http2Peer.GOAWAY).error());
        }
    }

    @Test
    void emptyFramesWithoutEndEndTheConnection() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(Http2Peer.request(1, "POST", "/gather", false));
            for (int i = 0; i < 3; i++) {
                peer.send(Http2Peer.data(1, false, new byte[0]));
            }
            assertEquals(ENHANCE_YOUR_CALM, peer.next(Http2Peer.GOAWAY).error());
        }
    }

    @Test
    void clientsWithoutARequestAndBodiesThatStopAreCut() throws Exception {
        ListenSettings quick = new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0))
                .withTimeouts(Duration.ofMillis(300), Duration.ofMillis(300));
        try (Served served = new Served(quick, Doors.http(door));
                RawPeer half = RawPeer.connect(served.at());
                RawPeer bare = RawPeer.connect(served.at());
                Http2Peer idle = Http2Peer.connect(served.at());
                Http2Peer stopped = Http2Peer.connect(served.at())) {
            half.send("PR");
            bare.send(Http2Peer.PREFACE);
            stopped.send(Http2Peer.request(1, "POST", "/gather", false));
            assertEquals("", half.readToEnd());
            bare.readToEnd();
            assertEquals(0, idle.next(Http2Peer.GOAWAY).error());
            assertEquals(Http2Peer.RESET, stopped.next().type());
        }
    }

    @Test
    void stoppingSaysGoawayAndLetsAnswersEnd() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            peer.send(Http2Peer.request(1, "POST", "/held", false));
            HttpExchange x = exchange();
            Thread stop = Thread.startVirtualThread(served.loops::close);
            Http2Peer.Frame goaway = peer.next();
            assertEquals(Http2Peer.GOAWAY + " 0", goaway.type() + " " + goaway.error());
            x.execute(x::resumeReading);
            peer.send(Http2Peer.data(1, true, new byte[1]));
            assertEquals("200|at last\n", peer.answer(1));
            assertEquals("", peer.raw.readToEnd());
            stop.join();
        }
    }

    @Test
    void octetsBehindThePrefaceNeverHurtAnother() throws Exception {
        Random random = new Random(SEED);
        byte[] good = join(
                Http2Peer.request(1, "POST", "/duplex", false),
                Http2Peer.data(1, false, new byte[300]),
                Http2Peer.window(1, 5),
                Http2Peer.data(1, true, new byte[3]),
                get(3, "/large"),
                Http2Peer.reset(3),
                get(5, "/hello"));
        try (Served served = serve();
                Http2Peer other = Http2Peer.connect(served.at())) {
            for (int i = 0; i < 100; i++) {
                byte[] octets = new byte[1 + random.nextInt(2000)];
                if (i % 2 == 0) {
                    random.nextBytes(octets);
                } else {
                    octets = Arrays.copyOf(good, 1 + random.nextInt(good.length));
                    for (int n = 0; n <= random.nextInt(3); n++) {
                        octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                try (Http2Peer peer = Http2Peer.connect(served.at())) {
                    try {
                        peer.send(octets).raw.endOutput();
                        peer.raw.readToEnd();
                    } catch (IOException e) {
                        events.add("refused before all was sent");
                    }
                }
                int stream = 1 + 2 * i;
                assertEquals(
                        "200|GET null\n",
                        other.send(Http2Peer.window(0, 100))
                                .send(get(stream, "/hello"))
                                .answer(stream),
                        "case " + i + " of seed " + SEED);
            }
        }
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void manyRequestsAtOnceAreAllAnswered() throws Exception {
        try (Served served = serve();
                Http2Peer peer = Http2Peer.connect(served.at())) {
            for (int i = 0; i < 100; i++) {
                peer.send(Http2Peer.request(1 + 2 * i, "POST", "/gather", false));
            }
            for (int i = 99; i >= 0; i--) {
                peer.send(Http2Peer.data(1 + 2 * i, true, new byte[i]));
            }
            Set<Integer> ended = new HashSet<>();
            while (ended.size() < 100) {
                Http2Peer.Frame frame = peer.next();
                if (frame.last()) {
                    ended.add(frame.stream());
                    assertEquals((frame.stream() - 1) / 2 + "\n", frame.text());
                }
            }
        }
    }
}
