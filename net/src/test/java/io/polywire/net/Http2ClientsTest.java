package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of HTTP/2 that others wrote: the JDK's over TLS, curl in clear. */
final class Http2ClientsTest {
    @TempDir
    private Path dir;

    private final HttpDoor door = request -> switch (request.path()) {
        case "/hello" -> HttpResponse.text(200, request.method() + " " + request.query());
        case "/echo" ->
            new HttpAnswer.Exchange(new ExchangeHandler() {
                @Override
                public void onStart(HttpExchange x) {
                    x.start(200, Headers.of("Trailer", "X-Status"));
                }

                @Override
                public void onData(HttpExchange x, byte[] buf, int off, int len) {
                    x.write(buf, off, len);
                }

                @Override
                public void onEnd(HttpExchange x, Headers trailers) {
                    x.end(Headers.of("X-Status", "done"));
                }

                @Override
                public void onClose(HttpExchange x, boolean complete) {}
            });
        default -> null;
    };

    private HttpClient client(Certificates certificates, HttpClient.Version version) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(certificates.chain())) {
            trusted.setCertificateEntry(
                    "test", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).version(version).build();
    }

    private Served tls(Certificates certificates) {
        ListenSettings settings = new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0))
                .withTls(new Tls.Server(certificates.chain(), certificates.key()));
        return new Served(settings, Doors.http(door));
    }

    private static java.net.http.HttpRequest.Builder request(Served served, String path) {
        return java.net.http.HttpRequest.newBuilder(URI.create("https://" + served.at() + path));
    }

    @Test
    void tlsClientsChooseTheirVersion() throws Exception {
        Certificates certificates = Certificates.in(dir);
        try (Served served = tls(certificates)) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                if (version.name().equals("HTTP_3")) {
                    continue;
                }
                try (HttpClient client = client(certificates, version)) {
                    var answer = client.send(request(served, "/hello?q").build(), BodyHandlers.ofString());
                    assertEquals(version + " GET q\n", answer.version() + " " + answer.body());
                }
            }
        }
    }

    @Test
    void requestsAtOnceShareAConnection() throws Exception {
        Certificates certificates = Certificates.in(dir);
        try (Served served = tls(certificates);
                HttpClient client = client(certificates, HttpClient.Version.HTTP_2)) {
            client.send(request(served, "/hello").build(), BodyHandlers.ofString());
            byte[] much = new byte[1_000_000];
            List<CompletableFuture<java.net.http.HttpResponse<byte[]>>> answers = IntStream.range(0, 20)
                    .mapToObj(i -> client.sendAsync(
                            request(served, "/echo")
                                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(much)))
                                    .build(),
                            BodyHandlers.ofByteArray()))
                    .toList();
            for (var answer : answers) {
                assertEquals(much.length, answer.get().body().length);
            }
            assertEquals(1, served.listener.connections());
        }
    }

    @Test
    void curlSendsAndReceivesAtOnceAndGetsTrailers() throws Exception {
        assumeTrue(curlHasHttp2(), "curl with HTTP/2 is not installed");
        byte[] much = new byte[3_000_000]; // More than all windows: it has to flow both ways.
        new Random(1).nextBytes(much);
        Path body = Files.write(dir.resolve("body"), much);
        Path heads = dir.resolve("heads");
        try (Served served = new Served(Doors.http(door))) {
            Process curl = new ProcessBuilder(
                            "curl",
                            "-sS",
                            "--max-time",
                            "60",
                            "--http2-prior-knowledge",
                            "-D",
                            heads.toString(),
                            "-T",
                            body.toString(),
                            "http://" + served.at() + "/echo")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertArrayEquals(much, curl.getInputStream().readAllBytes());
            assertEquals(0, curl.waitFor());
            String seen = Files.readString(heads);
            assertTrue(seen.startsWith("HTTP/2 200"), seen);
            assertTrue(seen.contains("x-status: done"), seen);
        }
    }

    private static boolean curlHasHttp2() throws InterruptedException {
        try {
            Process curl = new ProcessBuilder("curl", "--version").start();
            String told = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return curl.waitFor() == 0 && told.contains("HTTP2");
        } catch (IOException e) {
            return false;
        }
    }
}
