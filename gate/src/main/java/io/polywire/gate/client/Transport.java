package io.polywire.gate.client;

import io.polywire.gate.message.WebApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Requests and connections to one server; for any thread. */
final class Transport implements AutoCloseable {
    private static final int MAX_REDIRECTS = 5;

    private final URI address;
    private final @Nullable Identity identity;
    private final List<String> audience;
    private final Refusals refusals;
    private final SSLContext tls;
    private final Duration timeout;
    private final HttpClient http;
    private volatile @Nullable String base;

    /**
     * Connects to nothing yet.
     *
     * @param address scheme http or https, host, port, perhaps a path before {@code /gate-0/}
     * @param authority host and perhaps port by which the server goes; empty: those of the address
     * @param timeout for connecting
     */
    Transport(URI address, @Nullable Identity identity, String authority, SSLContext tls, Duration timeout) {
        this.address = address;
        this.identity = identity;
        this.audience = audience(address, authority);
        this.refusals = new Refusals(identity == null ? List.of() : audience);
        this.tls = tls;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(address.getScheme().equals("https") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .sslContext(tls)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /** The address as it was typed, like the original; and its host alone, which is a server's name unless it is told another. */
    private static List<String> audience(URI address, String authority) {
        String path = trimmed(address.getRawPath()) + WebApi.PATH;
        List<String> all = new ArrayList<>();
        all.add("https://" + (authority.isEmpty() ? address.getRawAuthority() : authority) + path);
        if (authority.isEmpty() && address.getPort() >= 0) {
            all.add("https://" + address.getHost() + path);
        }
        return all;
    }

    private static String trimmed(@Nullable String path) {
        return path == null ? "" : path.replaceFirst("/+$", "");
    }

    /** The value of the header; empty without identity. */
    String authorization() {
        return identity == null ? "" : identity.authorization(audience);
    }

    /**
     * Where the API is, without slash at the end: the address, or to where a HEAD of the API is redirected. What else it
     * answers means nothing; the original server answers 405.
     */
    private String base() {
        String known = base;
        if (known != null) {
            return known;
        }
        URI at = URI.create(
                address.getScheme() + "://" + address.getRawAuthority() + trimmed(address.getRawPath()) + WebApi.PATH);
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            HttpRequest probe = HttpRequest.newBuilder(at).HEAD().build();
            HttpResponse<Void> answer = send(probe, BodyHandlers.discarding());
            String location = answer.headers().firstValue("Location").orElse("");
            if (answer.statusCode() / 100 != 3 || location.isEmpty()) {
                String text = at.toString();
                known = text.endsWith(WebApi.PATH) ? text.substring(0, text.length() - WebApi.PATH.length()) : text;
                base = known;
                return known;
            }
            at = next(at, location);
        }
        throw new UncheckedIOException(new IOException(address + " is redirected too often"));
    }

    private static URI next(URI from, String location) {
        try {
            URI to = from.resolve(location);
            if (to.getHost() != null
                    && (to.getScheme().equals("https")
                            || (to.getScheme().equals("http")
                                    && from.getScheme().equals("http")))) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            // The same text as for one that leads out of TLS.
        }
        throw new UncheckedIOException(
                new IOException(from + " is redirected to " + location + ", which is not followed"));
    }

    /** A request whose answer is of success. The body has to be read or closed. */
    HttpResponse<InputStream> request(String method, String target, String contentType, BodyPublisher body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base() + target)).method(method, body);
        String authorization = authorization();
        if (!authorization.isEmpty()) {
            request.header(WebApi.HEADER_AUTHORIZATION, authorization);
        }
        if (!contentType.isEmpty()) {
            request.header(WebApi.HEADER_CONTENT_TYPE, contentType);
        }
        HttpResponse<InputStream> answer = send(request.build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() / 100 == 2) {
            return answer;
        }
        try (InputStream text = answer.body()) {
            throw refusals.of(answer.statusCode(), answer.headers(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with a module as its body. */
    HttpResponse<InputStream> put(String target, ModuleContent module) {
        BodyPublisher body = module.length() == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(module::open), module.length());
        return request("PUT", target, WebApi.CONTENT_TYPE_WEBASSEMBLY, body);
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw new UncheckedIOException(explained(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted"));
        }
    }

    /** The JDK's client often says nothing. */
    private IOException explained(IOException e) {
        String text = e.getMessage();
        if (text == null && e instanceof ConnectException) {
            text = "connection refused";
        }
        return new IOException(
                "cannot reach " + address + ": " + (text == null ? e.getClass().getSimpleName() : text), e);
    }

    /** A stream over HTTP/1.1. */
    GateStream stream(String method, String target, @Nullable ModuleContent module) {
        URI at = URI.create(base() + target);
        String authorization = authorization();
        String request = method + " " + at.getRawPath() + "?" + at.getRawQuery() + " HTTP/1.1\r\n"
                + "Host: " + at.getRawAuthority() + "\r\n"
                + (authorization.isEmpty() ? "" : WebApi.HEADER_AUTHORIZATION + ": " + authorization + "\r\n")
                + "User-Agent: polywire\r\nConnection: close\r\n";
        Socket socket;
        try {
            socket = connect(at);
        } catch (IOException e) {
            throw new UncheckedIOException(explained(e));
        }
        try {
            return HttpStream.open(socket, request, module, refusals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Socket connect(URI at) throws IOException {
        boolean secure = at.getScheme().equals("https");
        int port = at.getPort() >= 0 ? at.getPort() : secure ? 443 : 80;
        String host = at.getHost().replaceAll("[\\[\\]]", "");
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            plain.setTcpNoDelay(true);
            if (!secure) {
                return plain;
            }
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /** A stream over a WebSocket that was told nothing yet. */
    SocketStream webSocket(String target) {
        URI at = URI.create(base().replaceFirst("^http", "ws") + target);
        SocketStream stream = new SocketStream();
        try {
            stream.open(http.newWebSocketBuilder()
                    .connectTimeout(timeout)
                    .buildAsync(at, stream.listener())
                    .join());
            return stream;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                var answer = refused.getResponse();
                String body = answer.body() instanceof String text ? text : "";
                throw refusals.of(answer.statusCode(), answer.headers(), body);
            }
            throw new UncheckedIOException(
                    explained(e.getCause() instanceof IOException io ? io : new IOException(e.getCause())));
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
