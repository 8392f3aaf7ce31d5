package io.polywire.webwire.client;

import io.polywire.codec.Values;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import io.polywire.net.Endpoint;
import io.polywire.webwire.client.WebWireException.ConnectFailed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server says of itself before a client connects: {@code WEBWIRE /} on an HTTP connection of its own. */
final class Metadata {
    private static final String VERSION = "1.1";

    /** More is no metadata. */
    private static final int LONGEST = 64 * 1024;

    private Metadata() {}

    /**
     * @throws ConnectFailed if it is not a server of this version of the protocol
     */
    static void check(Endpoint.Tcp at, Duration timeout) {
        try (HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + at + "/"))
                    .method("WEBWIRE", HttpRequest.BodyPublishers.noBody())
                    .timeout(timeout)
                    .build();
            HttpResponse<java.io.InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (var body = response.body()) {
                check(at, version(body.readNBytes(LONGEST)));
            }
        } catch (IOException e) {
            throw new ConnectFailed("cannot connect to " + at + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectFailed("interrupted while connecting to " + at);
        }
    }

    private static @Nullable Object version(byte[] json) {
        try {
            return Values.read(Serialization.JSON, json, 0, json.length) instanceof Map<?, ?> members
                    ? members.get("protocol-version")
                    : null;
        } catch (ProtocolViolation unreadable) {
            return null;
        }
    }

    private static void check(Endpoint.Tcp at, @Nullable Object version) {
        if (version == null) {
            throw new ConnectFailed(at + " is no WebWire server");
        }
        if (!version.equals(VERSION)) {
            throw new ConnectFailed(at + " speaks WebWire " + version + ", not " + VERSION);
        }
    }
}
