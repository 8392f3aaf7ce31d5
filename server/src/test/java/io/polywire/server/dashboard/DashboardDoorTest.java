package io.polywire.server.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DashboardDoorTest {
    private final Loops loops = Loops.open(1);
    private final Listener listener = Listener.open(
            loops,
            new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)),
            Doors.http(new DashboardDoor(new DashboardSettings("a\"b<", "/ws", true))));
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.close();
        listener.close();
        loops.close();
    }

    private HttpResponse<String> ask(String method, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + listener.endpoint() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void everyFileThatThePageNamesIsThere() throws Exception {
        String page = ask("GET", "/").body();
        Matcher names = Pattern.compile("(?:src|href)=\"([a-z.]+)\"").matcher(page);
        int found = 0;
        while (names.find()) {
            assertEquals(200, ask("GET", "/" + names.group(1)).statusCode(), names.group(1));
            found++;
        }
        assertTrue(found >= 3, page);
        for (String script : List.of("app.js", "console.js", "ui.js", "wamp.js")) {
            Matcher imports = Pattern.compile("from '\\./([a-z.]+)'")
                    .matcher(ask("GET", "/" + script).body());
            while (imports.find()) {
                assertEquals(200, ask("GET", "/" + imports.group(1)).statusCode(), imports.group(1));
            }
        }
    }

    @Test
    void thePageMayLoadNothingFromElsewhereAndNobodyMayFrameIt() throws Exception {
        HttpResponse<String> page = ask("GET", "/");
        String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
        assertTrue(policy.contains("default-src 'none'"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertEquals(
                "nosniff", page.headers().firstValue("X-Content-Type-Options").orElse(""));
        assertTrue(!page.body().contains("http://") && !page.body().contains("https://"), page.body());
        assertTrue(
                !Pattern.compile("<script>|style=|onclick=")
                        .matcher(page.body())
                        .find(),
                page.body());
    }

    @Test
    void whatHasNotChangedIsNotSentAgain() throws Exception {
        String tag = ask("GET", "/app.js").headers().firstValue("ETag").orElse("");
        HttpResponse<String> again = ask("GET", "/app.js", "If-None-Match", tag);
        assertEquals(304, again.statusCode());
        assertEquals("", again.body());
    }

    @Test
    void headIsGetWithoutBody() throws Exception {
        HttpResponse<String> head = ask("HEAD", "/style.css");
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
        assertNotNull(head.headers().firstValue("Content-Length").orElse(null));
    }

    @Test
    void otherMethodsAndPathsAreLeftToOtherDoors() throws Exception {
        assertEquals(404, ask("POST", "/").statusCode());
        assertEquals(404, ask("GET", "/../pom.xml").statusCode());
        assertEquals(404, ask("GET", "/DashboardDoor.class").statusCode());
    }

    @Test
    void settingsAreQuoted() throws Exception {
        assertEquals(
                "{\"realm\":\"a\\u0022b\\u003c\",\"path\":\"/ws\",\"anonymous\":true}",
                ask("GET", "/settings.json").body());
    }
}
