package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.polywire.gate.host.AllowedUrl;
import io.polywire.gate.host.HttpSource;
import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules from a web server: section A7 of the protocol reference. */
@Timeout(60)
class HttpSourceTest {
    private static final byte[] HELLO = Wasm.bytes("hello");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CountDownLatch over = new CountDownLatch(1);
    private final BlockingQueue<Map.Entry<String, Headers>> asked = new LinkedBlockingQueue<>();
    private HttpServer web;
    private String url;

    @BeforeEach
    void open() throws IOException {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        web.createContext("/", this::answer);
        web.start();
        url = "http://127.0.0.1:" + web.getAddress().getPort();
    }

    @AfterEach
    void close() {
        over.countDown();
        web.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        asked.add(Map.entry(path, exchange.getRequestHeaders()));
        try (exchange) {
            switch (path) {
                case "/in/hello.wasm", "/exact.wasm", "/secret/hello.wasm" -> send(exchange, 200, HELLO);
                case "/in/large.wasm" -> send(exchange, 200, new byte[4096]);
                case "/in/endless.wasm" -> endless(exchange);
                case "/in/silent.wasm" -> silent();
                case "/in/slow.wasm" -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().write(HELLO, 0, 50);
                    exchange.getResponseBody().flush();
                    silent();
                }
                case "/in/cut.wasm" -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().write(HELLO, 0, 50);
                }
                case "/in/broken.wasm" -> send(exchange, 503, new byte[0]);
                case "/in/text.wasm" -> send(exchange, 200, "no module".getBytes(StandardCharsets.US_ASCII));
                case "/in/moved.wasm" -> redirect(exchange, "hello.wasm");
                case "/in/signed.wasm" -> redirect(exchange, url + "/in/hello.wasm?signature=1");
                case "/in/hello.wasm?signature=1" -> send(exchange, 200, HELLO);
                case "/in/out.wasm" -> redirect(exchange, url + "/secret/hello.wasm");
                case "/in/up.wasm" -> redirect(exchange, "../secret/hello.wasm");
                case "/in/password.wasm" -> redirect(exchange, url.replace("//", "//user:word@") + "/in/hello.wasm");
                case "/in/file.wasm" -> redirect(exchange, "file:///etc/passwd");
                case "/in/round.wasm" -> redirect(exchange, "round.wasm");
                case "/in/nowhere.wasm" -> exchange.sendResponseHeaders(302, -1);
                default -> send(exchange, 404, new byte[0]);
            }
        }
    }

    private static void send(HttpExchange exchange, int code, byte[] body) throws IOException {
        exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().add("Location", to);
        exchange.getResponseHeaders().add("Set-Cookie", "session=1");
        exchange.sendResponseHeaders(302, -1);
    }

    private static void endless(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0); // In chunks.
        while (true) {
            exchange.getResponseBody().write(new byte[1000]);
            exchange.getResponseBody().flush();
        }
    }

    private void silent() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpSource source(Duration timeout) {
        return new HttpSource(
                "web", List.of(AllowedUrl.parse(url + "/in/"), AllowedUrl.parse(url + "/exact.wasm")), timeout);
    }

    private byte[] get(String path) {
        byte[] octets = source(PATIENCE).open(url + path, 2048);
        assertNotNull(octets);
        return octets;
    }

    private ApiException refusal(String path, Duration timeout) {
        HttpSource source = source(timeout);
        return assertThrows(ApiException.class, () -> source.open(url + path, 2048));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/in/hello.wasm", "/exact.wasm", "/in/moved.wasm", "/in/signed.wasm"})
    void whatTheListAllowsIsFetchedAlsoThroughRedirects(String path) {
        assertArrayEquals(HELLO, get(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/secret/hello.wasm",
                "/in/../secret/hello.wasm",
                "/in/%2e%2e/secret/hello.wasm",
                "/in/..%2fsecret/hello.wasm",
                "/in//hello.wasm",
                "/in",
                "/exact.wasm/more",
                "/exact.wasm?a=b",
                "/in/hello.wasm#x",
                "/in/a b.wasm"
            })
    void whatTheListDoesNotAllowIsNotEvenAskedFor(String path) {
        assertNull(source(PATIENCE).open(url + path, 2048));
        assertEquals(List.of(), List.copyOf(asked));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://127.0.0.1/in/x", "http://127.0.0.2/in/x", "127.0.0.1/in/x", "/in/x", "file:///in/x", ""
            })
    void otherServersAndSchemesAreNotAllowed(String other) {
        assertNull(source(PATIENCE).open(other, 2048));
    }

    @Test
    void passwordsInUrlsAreNotAllowed() {
        assertNull(source(PATIENCE).open(url.replace("//", "//user:word@") + "/in/hello.wasm", 2048));
        assertEquals(List.of(), List.copyOf(asked));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/in/out.wasm",
                "/in/up.wasm",
                "/in/password.wasm",
                "/in/file.wasm",
                "/in/round.wasm",
                "/in/nowhere.wasm",
                "/in/absent.wasm"
            })
    void redirectsOutOfTheListOrWithoutEndAreNotFound(String path) {
        assertNull(source(PATIENCE).open(url + path, 2048));
        asked.forEach(one -> assertEquals(path, one.getKey()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/in/large.wasm", "/in/endless.wasm"})
    void moduleOverTheLimitIsRefusedWhetherItsLengthIsAnnouncedOrNot(String path) {
        ApiException refused = refusal(path, PATIENCE);
        assertEquals(403, refused.code());
        assertEquals("program size limit exceeded", refused.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/in/silent.wasm", "/in/slow.wasm"})
    void aServerThatDoesNotAnswerInTimeIsNotWaitedFor(String path) {
        assertEquals(502, refusal(path, Duration.ofMillis(200)).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/in/broken.wasm", "/in/cut.wasm"})
    void aServerThatFailsIsToldFromOneThatHasNoSuchModule(String path) {
        ApiException refused = refusal(path, PATIENCE);
        assertEquals(502, refused.code());
        assertEquals("module source does not answer", refused.text());
    }

    @Test
    void aServerThatIsNotThereIsToldFromOneThatHasNoSuchModule() {
        web.stop(0);
        assertEquals(502, refusal("/in/hello.wasm", PATIENCE).code());
    }

    @Test
    void onlyEightAreFetchedAtATime() throws Exception {
        HttpSource source = source(PATIENCE);
        for (int i = 0; i < 8; i++) {
            Thread.startVirtualThread(
                    () -> assertThrows(ApiException.class, () -> source.open(url + "/in/silent.wasm", 2048)));
        }
        for (int i = 0; i < 8; i++) {
            assertNotNull(asked.poll(20, TimeUnit.SECONDS));
        }
        CompletableFuture<byte[]> octets = new CompletableFuture<>();
        Thread ninth = Thread.ofPlatform().start(() -> octets.complete(source.open(url + "/in/hello.wasm", 2048)));
        while (Arrays.stream(ninth.getStackTrace())
                .noneMatch(frame -> frame.getMethodName().equals("tryAcquire"))) {
            Thread.onSpinWait();
        }
        assertEquals(0, asked.size());
        over.countDown();
        assertArrayEquals(HELLO, octets.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aPinnedModuleMustBeThatOne() {
        AllowedUrl right = AllowedUrl.parse(url + "/exact.wasm#" + WebApi.moduleKey(HELLO));
        assertArrayEquals(HELLO, new HttpSource("web", List.of(right), PATIENCE).open(url + "/exact.wasm", 2048));
        AllowedUrl wrong = AllowedUrl.parse(url + "/exact.wasm#" + WebApi.moduleKey(new byte[0]));
        HttpSource source = new HttpSource("web", List.of(wrong), PATIENCE);
        ApiException refused = assertThrows(ApiException.class, () -> source.open(url + "/exact.wasm", 2048));
        assertEquals("400 module hash does not match content", refused.code() + " " + refused.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://host/",
                "host/",
                "http:///x",
                "http://user:word@host/",
                "http://host/?a",
                "http://host/a/../b/",
                "http://host/%2F/",
                "http://host/x#short",
                "http://host/#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void listsWithWhatCannotBeComparedAreRefused(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> AllowedUrl.parse(text));
        assertEquals(true, String.valueOf(e.getMessage()).startsWith("'" + text + "' "), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"http://HOST/a/,http://host:80/a/b", "HTTPS://host,https://host:443/x"})
    void hostsAndSchemesAreComparedWithoutCaseAndPortsWithTheirDefaults(String list, String asks) {
        // Nobody listens there: that it is tried shows that it is allowed.
        HttpSource source = new HttpSource(
                "web",
                List.of(AllowedUrl.parse(list.replace("ost", "ost.invalid").replace("OST", "OST.INVALID"))),
                PATIENCE);
        assertEquals(
                502,
                assertThrows(ApiException.class, () -> source.open(asks.replace("host", "host.invalid"), 2048))
                        .code());
    }

    // ---- through the door

    @Test
    void theDoorFetchesChecksKeepsCallsAndLaunchesThem() throws Exception {
        try (Served served = new Served(GateSettings.DEFAULT.withSources(source(PATIENCE)))) {
            String path = Served.MODULES + "web/" + url + "/in/hello.wasm";
            assertEquals(
                    "[\"sha384\",\"web\"]",
                    served.ask("GET", Served.MODULES).body().strip());
            assertEquals(204, served.ask("POST", path).code());
            assertEquals(
                    204,
                    served.ask("POST", Served.MODULES + "web/" + encoded("/in/hello.wasm"))
                            .code());
            Http.Answer nobodys = served.ask("POST", path + "?action=call&function=main");
            assertEquals("200 hello, world\n", said(nobodys));
            assertNull(nobodys.field("X-Gate-Instance"));
            for (String query : List.of("?action=ref", "?action=launch", "?action=ref&action=call&function=main")) {
                assertEquals(401, served.ask("POST", path + query).code());
            }
            assertEquals(
                    413,
                    served.ask("POST", path + "?action=launch", "Content-Length: 1")
                            .code());
            Http.Answer kept = served.post(path + "?action=ref");
            assertEquals(201, kept.code());
            assertEquals(Served.REFS + WebApi.moduleKey(HELLO), kept.field("Location"));
            assertEquals(
                    "hello, world\n",
                    served.post(path + "?action=call&function=main").body());
            assertEquals(204, served.post(path + "?action=launch&function=main").code());
            assertEquals(
                    "404 module not found\n", said(served.post(Served.MODULES + "web/" + url + "/secret/hello.wasm")));
            assertEquals(
                    "404 module not found\n", said(served.post(Served.MODULES + "web/" + url + "/in/absent.wasm")));
            assertEquals(
                    "502 module source does not answer\n",
                    said(served.post(Served.MODULES + "web/" + url + "/in/broken.wasm")));
            assertEquals(
                    400,
                    served.post(Served.MODULES + "web/" + url + "/in/text.wasm").code());
        }
    }

    private String encoded(String path) {
        return URLEncoder.encode(url + path, StandardCharsets.UTF_8);
    }

    private static String said(Http.Answer answer) {
        return answer.code() + " " + answer.body();
    }

    @Test
    void theServerIsToldNothingAboutWhoAsks() throws Exception {
        try (Served served = new Served(GateSettings.DEFAULT.withSources(source(PATIENCE)))) {
            assertEquals(
                    201,
                    served.post(Served.MODULES + "web/" + url + "/in/moved.wasm?action=ref")
                            .code());
            assertEquals(2, asked.size());
            for (Map.Entry<String, Headers> request : asked) {
                List<String> names =
                        request.getValue().keySet().stream().sorted().toList();
                assertEquals(List.of("Accept", "Content-length", "Host", "User-agent"), withLength(names));
            }
        }
    }

    /** With or without a length of 0, as the client likes. */
    private static List<String> withLength(List<String> names) {
        List<String> all = new ArrayList<>(names);
        all.removeAll(List.of("Content-length", "Connection"));
        all.add(1, "Content-length");
        return all;
    }
}
