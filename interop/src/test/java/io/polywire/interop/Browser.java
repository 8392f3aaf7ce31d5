package io.polywire.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Chromium without a screen and one page in it, told what to do over the DevTools protocol. The mouse and the keys are those of
 * the browser, so that what lies under something else cannot be clicked. Commands come from the thread of the test; questions of
 * the page ("End the session?") are answered with yes.
 */
final class Browser implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final Pattern DEVTOOLS = Pattern.compile("DevTools listening on ws://(127\\.0\\.0\\.1:\\d+)/");

    /** What a page should not do: errors on its console, exceptions, requests to other hosts. */
    final List<String> problems = new CopyOnWriteArrayList<>();

    private final Process process;
    private final AtomicInteger number = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Map<?, ?>>> waiting = new ConcurrentHashMap<>();
    private @Nullable WebSocket link;
    private volatile String host = "";

    private Browser(Process process) {
        this.process = process;
    }

    /** A browser with an empty page; skips the test where there is no Chromium. */
    static Browser start(Path profile) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                program(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank"));
        Browser browser = new Browser(
                new ProcessBuilder(command).redirectErrorStream(true).start());
        try {
            browser.connect();
            return browser;
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            browser.close();
            throw e;
        }
    }

    private static String program() {
        return NAMES.stream()
                .filter(Toolchain::onPath)
                .findFirst()
                .or(Browser::installed)
                .orElseThrow(() -> new TestAbortedException("chromium is not on the PATH"));
    }

    /** On Debian, where this process may do so, the browser is installed like the packages of the clients. */
    private static Optional<String> installed() {
        if (!"root".equals(System.getProperty("user.name")) || !Toolchain.onPath("apt-get")) {
            return Optional.empty();
        }
        try {
            Files.createDirectories(Project.CACHE);
            try {
                apt("install", "--no-install-recommends", "chromium");
            } catch (IOException e) { // its lists of packages may be old
                apt("update");
                apt("install", "--no-install-recommends", "chromium");
            }
            return NAMES.stream().filter(Toolchain::onPath).findFirst();
        } catch (IOException e) {
            throw new TestAbortedException("chromium cannot be installed: " + e.getMessage(), e);
        }
    }

    private static void apt(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y"));
        command.addAll(List.of(arguments));
        Toolchain.run(Project.CACHE, command.toArray(String[]::new));
    }

    private void connect() throws IOException, InterruptedException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String address = null;
        List<String> seen = new ArrayList<>();
        while (address == null) {
            String line = output.readLine();
            if (line == null) {
                throw new AssertionError("the browser has ended: " + seen);
            }
            seen.add(line);
            Matcher m = DEVTOOLS.matcher(line);
            address = m.find() ? m.group(1) : null;
        }
        Thread.ofVirtual().start(() -> drain(output));
        HttpClient http = HttpClient.newHttpClient();
        String targets = http.send(
                        HttpRequest.newBuilder(URI.create("http://" + address + "/json/list"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        String page = "";
        for (Object target : JSON.readValue(targets, List.class)) {
            if (target instanceof Map<?, ?> map && "page".equals(map.get("type"))) {
                page = String.valueOf(map.get("webSocketDebuggerUrl"));
            }
        }
        link = http.newWebSocketBuilder()
                .buildAsync(URI.create(page), new Reader())
                .join();
        for (String domain : List.of("Page", "Runtime", "Network", "Log", "Security")) {
            command(domain + ".enable", Map.of());
        }
        command("Security.setIgnoreCertificateErrors", Map.of("ignore", true));
    }

    private static void drain(BufferedReader output) {
        try {
            while (output.readLine() != null) {
                // what Chromium says of the machine does not matter
            }
        } catch (IOException e) {
            // it has ended
        }
    }

    private final class Reader implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                Map<?, ?> message = JSON.readValue(text.toString(), Map.class);
                text.setLength(0);
                take(message);
            }
            socket.request(1);
            return null;
        }
    }

    private void take(Map<?, ?> message) {
        if (message.get("id") instanceof Integer id) {
            CompletableFuture<Map<?, ?>> one = waiting.remove(id);
            if (one != null) {
                one.complete(message);
            }
            return;
        }
        Map<?, ?> params = map(message.get("params"));
        switch (String.valueOf(message.get("method"))) {
            case "Page.javascriptDialogOpening" -> {
                var _ = send("Page.handleJavaScriptDialog", Map.of("accept", true));
            }
            case "Runtime.exceptionThrown" -> problems.add("exception: " + params.get("exceptionDetails"));
            case "Log.entryAdded" -> {
                Map<?, ?> entry = map(params.get("entry"));
                if ("error".equals(entry.get("level"))) {
                    problems.add(entry.get("text") + " " + entry.get("url"));
                }
            }
            case "Runtime.consoleAPICalled" -> {
                if ("error".equals(params.get("type"))) {
                    problems.add("console: " + params.get("args"));
                }
            }
            case "Network.requestWillBeSent" ->
                elsewhere(String.valueOf(map(params.get("request")).get("url")));
            default -> {
                // of no interest
            }
        }
    }

    private void elsewhere(String url) {
        if (!host.isEmpty()
                && url.startsWith("http")
                && !host.equals(URI.create(url).getAuthority())) {
            problems.add("request to " + url);
        }
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private CompletableFuture<Map<?, ?>> send(String method, Map<String, ?> params) {
        int id = number.incrementAndGet();
        CompletableFuture<Map<?, ?>> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        WebSocket to = link;
        if (to == null) {
            throw new IllegalStateException("not connected");
        }
        var _ = to.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", params)), true);
        return answer;
    }

    /** One command of the DevTools protocol. */
    Map<?, ?> command(String method, Map<String, ?> params) {
        try {
            Map<?, ?> answer = send(method, params).get(PATIENCE_SECONDS + 10, TimeUnit.SECONDS);
            if (answer.containsKey("error")) {
                throw new AssertionError(method + ": " + answer.get("error"));
            }
            return map(answer.get("result"));
        } catch (TimeoutException | ExecutionException | InterruptedException e) {
            throw new AssertionError(method + ": no answer", e);
        }
    }

    void open(String url) {
        host = URI.create(url).getAuthority();
        command("Page.navigate", Map.of("url", url));
    }

    /** The value of an expression, after its promise if it is one. */
    @Nullable
    Object value(String expression) {
        Map<?, ?> answer = command(
                "Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (answer.get("exceptionDetails") instanceof Map<?, ?> failed) {
            throw new AssertionError(
                    expression + ": " + map(failed.get("exception")).get("description"));
        }
        return map(answer.get("result")).get("value");
    }

    /** Waits until an expression is true in the page, and says what the page showed if it never is. */
    void await(String condition) {
        value("""
            new Promise((seen, failed) => {
              const end = performance.now() + %d;
              const look = () => {
                let is = false;
                try { is = %s; } catch { /* not yet there */ }
                if (is) seen(true);
                else if (performance.now() > end) failed(new Error('never true; the page shows: ' + document.body.innerText));
                else setTimeout(look, 20);
              };
              look();
            })""".formatted(PATIENCE_SECONDS * 1000, condition));
    }

    /** Waits until the page shows a text. */
    void awaitText(String text) {
        await("document.body.innerText.includes(" + JSON.writeValueAsString(text) + ")");
    }

    /** Clicks, with the mouse, where the element that an expression gives is seen. */
    void click(String element) {
        press(element, () -> {});
    }

    /** The same, with something to do before the button of the mouse is let go. */
    void press(String element, Runnable meanwhile) {
        await("(e => e && !e.disabled && e.getClientRects().length > 0)(" + element + ")");
        Map<?, ?> at = map(value("(e => { e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                + " return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })(" + element + ")"));
        mouse("mousePressed", at);
        meanwhile.run();
        mouse("mouseReleased", at);
    }

    private void mouse(String type, Map<?, ?> at) {
        command(
                "Input.dispatchMouseEvent",
                Map.of(
                        "type",
                        type,
                        "x",
                        number(at.get("x")),
                        "y",
                        number(at.get("y")),
                        "button",
                        "left",
                        "clickCount",
                        1));
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    /** Clicks on the button or link with this text. */
    void clickText(String text) {
        click(button("document", text));
    }

    /** Clicks on a button of the row of a table that contains a text. */
    void clickInRow(String row, String button) {
        click(buttonInRow(row, button));
    }

    /** The expression for a button of the row of a table that contains a text. */
    static String buttonInRow(String row, String button) {
        return button(
                "[...document.querySelectorAll('tbody tr')].find(r => r.innerText.includes("
                        + JSON.writeValueAsString(row) + "))",
                button);
    }

    private static String button(String in, String text) {
        return "[..." + in + ".querySelectorAll('button, a')].find(b => b.textContent.trim() === "
                + JSON.writeValueAsString(text) + " && b.getClientRects().length > 0)";
    }

    /** Puts the focus on a field and writes into it, in place of what was there. */
    void fill(String selector, String text) {
        String field = "document.querySelector(" + JSON.writeValueAsString(selector) + ")";
        await(field + ".getClientRects().length > 0");
        value("(e => { e.focus(); e.select(); })(" + field + ")");
        command("Input.insertText", Map.of("text", text));
    }

    /** Presses and lets go one key: "Enter", "Tab", "Escape" or a character. */
    void key(String key) {
        int code = switch (key) {
            case "Enter" -> 13;
            case "Tab" -> 9;
            case "Escape" -> 27;
            default -> Character.toUpperCase(key.charAt(0));
        };
        String text = key.equals("Enter") ? "\r" : key.length() == 1 ? key : "";
        command(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "text", text, "windowsVirtualKeyCode", code));
        command("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
    }

    /** Of the page's main thread; the domain Performance must be enabled. */
    double processorSeconds() {
        List<?> metrics = (List<?>) command("Performance.getMetrics", Map.of()).get("metrics");
        for (Object one : metrics == null ? List.of() : metrics) {
            if ("TaskDuration".equals(map(one).get("name"))) {
                return number(map(one).get("value"));
            }
        }
        throw new AssertionError("no TaskDuration in " + metrics);
    }

    void size(int width, int height) {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** What the system prefers: light or dark. */
    void scheme(String scheme) {
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    void picture(Path file) throws IOException {
        Object data = command("Page.captureScreenshot", Map.of("format", "png")).get("data");
        Files.createDirectories(Optional.ofNullable(file.getParent()).orElse(file));
        Files.write(file, Base64.getDecoder().decode(String.valueOf(data)));
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS); // its profile is deleted next
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
