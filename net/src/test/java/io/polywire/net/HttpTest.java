package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HttpTest {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private static Headers length(int n) {
        return Headers.of("Content-Length", String.valueOf(n));
    }

    private final HttpDoor door = request -> switch (request.path()) {
        case "/hello" -> HttpResponse.text(200, request.method() + " " + request.query());
        case "/length" -> HttpAnswer.gather(100, (x, body) -> x.respond(HttpResponse.text(200, body.length + "")));
        case "/later" ->
            HttpAnswer.gather(
                    100, (x, body) -> Thread.ofVirtual().start(() -> x.respond(HttpResponse.text(200, "later"))));
        case "/duplex" -> new HttpAnswer.Exchange(new Duplex());
        case "/paused" -> new HttpAnswer.Exchange(new Pausing());
        case "/fault" -> throw new IllegalStateException("secret");
        case "/ws" -> new HttpAnswer.Upgrade(new Echo(), WebSocketSettings.DEFAULT);
        default -> null;
    };

    /** Sends every part back in brackets while the request is still coming. */
    private final class Duplex implements ExchangeHandler {
        @Override
        public void onStart(HttpExchange x) {
            x.start(200, Headers.of("Trailer", "X-Count"));
        }

        @Override
        public void onData(HttpExchange x, byte[] buf, int off, int len) {
            byte[] out =
                    ("<" + new String(buf, off, len, StandardCharsets.UTF_8) + ">").getBytes(StandardCharsets.UTF_8);
            x.write(out, 0, out.length);
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

    /** Pauses after the first part until told from another thread. */
    private final class Pausing implements ExchangeHandler {
        private final StringBuilder body = new StringBuilder();

        @Override
        public void onData(HttpExchange x, byte[] buf, int off, int len) {
            if (body.isEmpty()) {
                x.pauseReading();
                events.add("paused");
                Thread.ofVirtual()
                        .start(() -> x.execute(() -> {
                            events.add("resumed");
                            x.resumeReading();
                        }));
            } else {
                events.add("more");
            }
            body.append(new String(buf, off, len, StandardCharsets.UTF_8));
        }

        @Override
        public void onEnd(HttpExchange x, Headers trailers) {
            x.respond(HttpResponse.text(200, body.toString()));
        }

        @Override
        public void onClose(HttpExchange x, boolean complete) {}
    }

    private Served serve() {
        return new Served(Doors.http(door));
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    @Test
    void doorsAreAskedInOrderAndTheRestIs404() throws Exception {
        HttpDoor second = r -> r.path().startsWith("/hello") ? HttpResponse.text(200, "second") : null;
        try (Served served = new Served(Doors.http(door, second));
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/hello?a=b"));
            assertEquals("HTTP/1.1 200 OK|GET a=b\n", peer.readResponse());
            peer.send(get("/hello/2"));
            assertEquals("HTTP/1.1 200 OK|second\n", peer.readResponse());
            peer.send(get("/other"));
            assertEquals("HTTP/1.1 404 Not Found|nothing is served here\n", peer.readResponse());
        }
    }

    @Test
    void unknownMethodsReachTheDoor() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/hello").replace("GET", "WEBWIRE"));
            assertEquals("HTTP/1.1 200 OK|WEBWIRE null\n", peer.readResponse());
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderAndThenUpgrade() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/later") + get("/hello?1") + get("/later") + RawPeer.UPGRADE);
            assertEquals("HTTP/1.1 200 OK|later\n", peer.readResponse());
            assertEquals("HTTP/1.1 200 OK|GET 1\n", peer.readResponse());
            assertEquals("HTTP/1.1 200 OK|later\n", peer.readResponse());
            assertTrue(peer.readHead().startsWith("HTTP/1.1 101 "));
            peer.send(RawPeer.text("up"));
            assertEquals("up", peer.readText());
        }
    }

    @Test
    void bodyIsGatheredUpToItsLimit() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("PUT /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + "x".repeat(100));
            assertEquals("HTTP/1.1 200 OK|100\n", peer.readResponse());
            peer.send(
                    "PUT /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertEquals("HTTP/1.1 200 OK|5\n", peer.readResponse());
            peer.send("PUT /length HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n" + "x".repeat(101));
            assertEquals(
                    "HTTP/1.1 413 Request Entity Too Large|request body is longer than 100 octets\n",
                    peer.readResponse());
        }
    }

    @Test
    void unwantedSmallBodyIsSkippedAndTheConnectionKept() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("PUT /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde" + get("/hello"));
            assertEquals("HTTP/1.1 200 OK|PUT null\n", peer.readResponse());
            assertEquals("HTTP/1.1 200 OK|GET null\n", peer.readResponse());
        }
    }

    @Test
    void unwantedLargeBodyEndsTheConnectionAfterTheAnswer() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("PUT /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n" + "x".repeat(200_000));
            assertEquals("HTTP/1.1 200 OK|PUT null\n", peer.readResponse());
            peer.endOutput();
            assertEquals("", peer.readToEnd());
        }
    }

    @Test
    void clientThatExpects100IsToldToContinue() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("PUT /length HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", peer.readHead());
            peer.send("ab");
            assertEquals("HTTP/1.1 200 OK|2\n", peer.readResponse());
        }
    }

    @Test
    void bothDirectionsStreamAtOnceAndTrailersFollow() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("POST /duplex HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            String head = peer.readHead();
            assertTrue(head.contains("transfer-encoding: chunked") && head.contains("Trailer: X-Count"), head);
            peer.send("3\r\none\r\n");
            assertEquals("5\r\n<one>\r\n", new String(peer.read(10), StandardCharsets.US_ASCII));
            peer.send("3\r\ntwo\r\n");
            assertEquals("5\r\n<two>\r\n", new String(peer.read(10), StandardCharsets.US_ASCII));
            peer.send("0\r\nX-Sum: 2\r\n\r\n");
            assertEquals("0\r\nX-Count: all 2\r\n\r\n", peer.readHead());
            assertEquals("closed true", events.poll(30, TimeUnit.SECONDS));
            peer.send(get("/hello"));
            assertEquals("HTTP/1.1 200 OK|GET null\n", peer.readResponse());
        }
    }

    @Test
    void exchangeHearsThatItsClientWentAway() throws Exception {
        try (Served served = serve()) {
            try (RawPeer peer = RawPeer.connect(served.at())) {
                peer.send("POST /duplex HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
                peer.readHead();
            }
            assertEquals("closed false", events.poll(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void pausedBodyWaitsAndIsComplete() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(
                    "PUT /paused HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
            assertEquals("HTTP/1.1 200 OK|ab\n", peer.readResponse());
            assertEquals("[paused, resumed, more]", events.toString());
        }
    }

    @Test
    void headHasNoBody() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/hello").replace("GET", "HEAD") + get("/hello"));
            assertTrue(peer.readHead().contains("content-length: 10\r\n"));
            assertEquals("HTTP/1.1 200 OK|GET null\n", peer.readResponse());
        }
    }

    @Test
    void connectionCloseIsHonoured() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/hello").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            assertTrue(peer.readHead().contains("connection: close"));
            assertEquals("GET null\n", peer.readToEnd());
        }
    }

    @Test
    void halfClosedClientGetsItsLateAnswer() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/later"));
            peer.endOutput();
            assertEquals("HTTP/1.1 200 OK|later\n", peer.readResponse());
            assertEquals("", peer.readToEnd());
        }
    }

    @Test
    void http10ConnectionIsClosedAfterTheAnswer() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("GET /hello HTTP/1.0\r\n\r\n");
            assertTrue(peer.readToEnd().endsWith("\r\n\r\nGET null\n"));
        }
    }

    @Test
    void http11NeedsAHost() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("GET /hello HTTP/1.1\r\n\r\n");
            assertEquals("HTTP/1.1 400 Bad Request|HTTP/1.1 needs one Host header\n", peer.readResponse());
        }
    }

    @Test
    void failingDoorIs500AndTellsNothing() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/fault"));
            assertEquals("HTTP/1.1 500 Internal Server Error|internal error\n", peer.readResponse());
        }
    }

    @Test
    void garbageIs400AndTheEnd() throws Exception {
        try (Served served = serve()) {
            for (String garbage :
                    List.of("\0\1\2\3\r\n\r\n", "hello\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n")) {
                try (RawPeer peer = RawPeer.connect(served.at())) {
                    peer.send(garbage);
                    assertTrue(peer.readResponse().startsWith("HTTP/1.1 400 "));
                    peer.endOutput();
                    assertEquals("", peer.readToEnd());
                }
            }
        }
    }

    @Test
    void headerOverTheLimitIs431() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("GET / HTTP/1.1\r\nX: " + "x".repeat(20_000));
            assertEquals(
                    "HTTP/1.1 431 Request Header Fields Too Large|header is longer than 16384 octets\n",
                    peer.readResponse());
        }
    }

    @Test
    void requestLineOverTheLimitIs414() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("GET /" + "x".repeat(10_000));
            assertTrue(peer.readResponse().startsWith("HTTP/1.1 414 "));
        }
    }

    @Test
    void trickledHeadIsCutWhileOthersAreServed() throws Exception {
        ListenSettings quick = new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0))
                .withTimeouts(Duration.ofMillis(700), Duration.ofSeconds(60));
        try (Served served = new Served(quick, Doors.http(door));
                RawPeer slow = RawPeer.connect(served.at());
                RawPeer silent = RawPeer.connect(served.at());
                RawPeer other = RawPeer.connect(served.at())) {
            slow.send("GET / HTTP/1.1\r\nHost: x\r\n");
            other.send(get("/hello"));
            assertEquals("HTTP/1.1 200 OK|GET null\n", other.readResponse());
            assertEquals("", silent.readToEnd());
            assertEquals("HTTP/1.1 408 Request Timeout|the request took too long\n", slow.readResponse());
            other.send(get("/hello"));
            assertEquals("HTTP/1.1 200 OK|GET null\n", other.readResponse());
        }
    }

    @Test
    void idleConnectionIsClosedAfterItsTimeout() throws Exception {
        ListenSettings quick = new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0))
                .withTimeouts(Duration.ofSeconds(10), Duration.ofMillis(300));
        try (Served served = new Served(quick, Doors.http(door));
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/hello"));
            assertEquals("HTTP/1.1 200 OK|GET null\n", peer.readResponse());
            assertEquals("", peer.readToEnd());
        }
    }

    @Test
    void bodyThatNeverBeginsIsCut() throws Exception {
        ListenSettings quick = new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0))
                .withTimeouts(Duration.ofSeconds(10), Duration.ofMillis(300));
        try (Served served = new Served(quick, Doors.http(door));
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("PUT /length HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
            assertEquals("", peer.readToEnd());
        }
    }

    @Test
    void methodThatBeginsAsHttp2DoesIsWaitedFor() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            for (String part : List.of("P", "R", "I", get("/hello").replace("GET", "NT"))) {
                peer.send(part);
            }
            assertEquals("HTTP/1.1 200 OK|PRINT null\n", peer.readResponse());
        }
    }

    @Test
    void absoluteTargetIsReducedToItsPath() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("http://x/hello?q"));
            assertEquals("HTTP/1.1 200 OK|GET q\n", peer.readResponse());
        }
    }

    @Test
    void headersCannotSmuggleLines() {
        assertThrows(IllegalArgumentException.class, () -> Headers.of("X", "a\r\nY: b"));
        assertThrows(IllegalArgumentException.class, () -> Headers.of("X Y", "a"));
        assertThrows(IllegalArgumentException.class, () -> Headers.of("X"));
    }

    @Test
    void countedStreamIsNotChunked() throws Exception {
        HttpDoor counted = r -> new HttpAnswer.Exchange(new ExchangeHandler() {
            @Override
            public void onData(HttpExchange x, byte[] buf, int off, int len) {}

            @Override
            public void onEnd(HttpExchange x, Headers trailers) {
                x.start(200, length(2));
                x.write(new byte[] {'o', 'k'}, 0, 2);
                x.end(Headers.EMPTY);
            }

            @Override
            public void onClose(HttpExchange x, boolean complete) {}
        });
        try (Served served = new Served(Doors.http(counted));
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/"));
            assertEquals("HTTP/1.1 200 OK|ok", peer.readResponse());
        }
    }

    @Test
    void smuggledLengthsAreRefused() throws IOException {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send("PUT /length HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde");
            assertTrue(peer.readResponse().startsWith("HTTP/1.1 400 "));
        }
    }

    @Test
    void clientThatNeverReadsItsAnswersIsNotReadEither() throws Exception {
        byte[] large = new byte[1_000_000];
        HttpDoor generous = r -> {
            events.add("asked");
            return new HttpResponse(200, Headers.EMPTY, large);
        };
        try (Served served = new Served(Doors.http(generous));
                RawPeer greedy = RawPeer.connect(served.at());
                RawPeer other = RawPeer.connect(served.at())) {
            greedy.send(get("/").repeat(100));
            other.send(get("/"));
            assertTrue(other.readResponse().startsWith("HTTP/1.1 200 "));
            assertTrue(events.size() < 50, events.size() + " answers were made");
            for (int i = 0; i < 100; i++) {
                assertTrue(greedy.readResponse().startsWith("HTTP/1.1 200 "));
            }
        }
    }

    @Test
    void framesBehindAPipelinedUpgradeAreRefused() throws Exception {
        try (Served served = serve();
                RawPeer peer = RawPeer.connect(served.at())) {
            peer.send(get("/later") + RawPeer.UPGRADE + get("/hello"));
            assertEquals("HTTP/1.1 200 OK|later\n", peer.readResponse());
            assertEquals("HTTP/1.1 400 Bad Request|octets behind a pipelined upgrade\n", peer.readResponse());
        }
    }
}
