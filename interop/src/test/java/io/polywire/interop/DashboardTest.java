package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.Identity;
import io.polywire.gate.client.LaunchOptions;
import io.polywire.gate.client.ModuleContent;
import io.polywire.wamp.client.WampClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser, on a server with the development defaults. What it looked like is in {@code
 * interop/target/dashboard}; the pictures of docs/dashboard.md are from there.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(180)
class DashboardTest {
    private static final Path PICTURES = Project.ROOT.resolve("interop/target/dashboard");
    private static final Path PROGRAMS = Project.ROOT.resolve("gate/src/test/resources/gate/programs");
    private static final int CROWD = 5000;
    private static final int FEW_NODES = 4000;
    private static final double MOST_SECONDS = 0.05; // for a frame

    @TempDir
    private static Path folder;

    private @Nullable ServerProcess server;
    private @Nullable Browser browser;

    private Browser browser() {
        if (browser == null) {
            throw new IllegalStateException();
        }
        return browser;
    }

    private ServerProcess server() {
        if (server == null) {
            throw new IllegalStateException();
        }
        return server;
    }

    @BeforeAll
    void start() throws IOException, InterruptedException {
        browser = Browser.start(folder.resolve("profile"));
        server = ServerProcess.serve("--listen", "127.0.0.1:0");
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void openPage() {
        browser().size(1280, 800);
        browser().scheme("light");
        browser().open("http://127.0.0.1:" + server().port() + "/");
        browser().awaitText("resident memory");
    }

    @AfterEach
    void nothingWentWrongInThePage() {
        assertEquals(List.of(), browser().problems);
    }

    private WampClient client() {
        return WampClient.connect(server().ws(), "realm1");
    }

    /** The rows of {@code polywire.history}. */
    private static int remembered(WampClient client) {
        return client.call("polywire.history").await().value() instanceof Map<?, ?> history
                        && history.get("rows") instanceof List<?> rows
                ? rows.size()
                : 0;
    }

    @Test
    void theOverviewShowsTheServersNumbersAndWhatWasBeforeThePage() throws IOException {
        try (WampClient client = client()) {
            client.register("shop.price", call -> 42).await();
            client.subscribe("shop.news", event -> {}).await();
            while (remembered(client) < 5) {
                for (int i = 0; i < 100; i++) {
                    client.call("shop.price").await();
                    client.publish("shop.news", i);
                }
            }
            openPage();
            browser().await("/[1-9]/.test(document.querySelector('.tile b').textContent)");
            browser().awaitText("realm1");
            // A point of the first chart that is older than the page: half a minute in 60 are the right half.
            browser().await("""
                performance.now() < 10000 && (c => {
                  const {data} = c.getContext('2d').getImageData(Math.floor(c.width * 0.75), 0, 2, c.height);
                  for (let i = 0; i < data.length; i += 4) if (data[i + 2] > 180 && data[i] < 120) return true;
                  return false;
                })(document.querySelector('canvas'))""");
            browser().picture(PICTURES.resolve("overview.png"));
            browser().scheme("dark");
            browser().picture(PICTURES.resolve("overview-dark.png"));
        }
    }

    @Test
    void aSessionIsSeenWithItsDoorAndKilledByAButton() throws Exception {
        try (RawSession session = RawSession.join(server().port())) {
            browser().clickText("Sessions");
            browser().awaitText("rawsocket");
            browser().picture(PICTURES.resolve("sessions.png"));
            browser().clickInRow("rawsocket", "Kill");
            assertTrue(session.read().contains("wamp.close.killed"));
            browser().await("!document.body.innerText.includes('rawsocket')");
        }
    }

    @Test
    void proceduresAndTopicsShowWhatHappens() throws IOException {
        try (WampClient client = client()) {
            client.register("shop.price", call -> 42).await();
            client.subscribe("shop.news", event -> {}).await();
            browser().clickText("Procedures");
            browser().fill("input[type=search]", "shop.");
            browser().awaitText("shop.price");
            client.call("shop.price").await();
            browser()
                    .await("document.querySelector('tbody tr:has(td)')?.innerText.includes('µs')"
                            + " || document.querySelector('tbody tr:has(td)')?.innerText.includes(' ms')");
            browser().picture(PICTURES.resolve("procedures.png"));
            browser().clickText("Topics");
            browser().awaitText("shop.news");
        }
    }

    @Test
    void theConsoleCallsPublishesAndSubscribes() throws IOException {
        try (WampClient client = client()) {
            client.register("shop.sum", call -> call.integer(0) + call.integer(1))
                    .await();
            Browser page = browser();
            page.clickText("Console");
            page.fill("input[name=uri]", "shop.sum");
            page.fill("textarea[name=args]", "[40, 2]");
            page.clickText("Call");
            page.awaitText("shop.sum  →  42");
            page.fill("textarea[name=args]", "[\"apples\"]");
            page.fill("input[name=uri]", "shop.arrived");
            page.clickText("Subscribe");
            page.awaitText("subscribed to shop.arrived");
            page.clickText("Publish");
            page.awaitText("shop.arrived  \"apples\"");
            page.fill("input[name=uri]", "shop.none");
            page.clickText("Call");
            page.awaitText("wamp.error.no_such_procedure");
            page.picture(PICTURES.resolve("console.png"));
        }
    }

    @Test
    void aProgramIsSuspendedLookedIntoResumedKilledAndDeleted() throws IOException {
        try (GateClient gate = GateClient.of(
                URI.create("http://127.0.0.1:" + server().port()), Identity.readOrCreate(folder.resolve("gate.key")))) {
            ModuleContent spin = ModuleContent.of(PROGRAMS.resolve("spin.wasm"));
            gate.upload(spin);
            String instance = gate.launch(spin.key(), LaunchOptions.function("main"));
            Browser page = browser();
            page.clickText("Programs");
            page.clickInRow(instance, "Suspend");
            page.awaitText("SUSPENDED");
            assertEquals("SUSPENDED", gate.status(instance).state().name());
            page.clickInRow(instance, "Stack");
            page.awaitText("#0");
            page.picture(PICTURES.resolve("programs.png"));
            page.key("Escape");
            page.clickInRow(instance, "Resume");
            page.awaitText("RUNNING");
            page.clickInRow(instance, "Kill");
            page.awaitText("KILLED");
            page.clickInRow(instance, "Delete");
            page.await("!document.body.innerText.includes('" + instance + "')");
            assertEquals(List.of(), gate.instances());
        }
    }

    @Test
    void aButtonThatIsHeldWhileItsTableIsRefreshedIsStillClicked() throws Exception {
        try (RawSession session = RawSession.join(server().port())) {
            Browser page = browser();
            page.clickText("Sessions");
            page.awaitText("rawsocket");
            page.value(
                    "window.redrawn = 0; new MutationObserver(() => redrawn++)"
                            + ".observe(document.querySelector('.legend'), {childList: true, characterData: true, subtree: true})");
            page.press(Browser.buttonInRow("rawsocket", "Kill"), () -> page.await("redrawn >= 2"));
            assertTrue(session.read().contains("wamp.close.killed"));
        }
    }

    @Test
    void keysAreEnoughToGetAround() {
        Browser page = browser();
        page.key("2");
        page.await("document.title.startsWith('Sessions')");
        page.key("/");
        page.await("document.activeElement.type === 'search'");
        page.command("Input.insertText", Map.of("text", "dashboard"));
        page.awaitText("anonymous"); // that of the page itself
        page.value("document.activeElement.blur()");
        page.key("t");
        page.await("document.documentElement.dataset.theme === 'dark'");
        page.key("t");
        page.await("document.documentElement.dataset.theme === 'light'");
        page.value("localStorage.clear()");
    }

    @Test
    void aNarrowScreenNeedsNoScrollingSideways() throws IOException {
        Browser page = browser();
        page.size(400, 800);
        for (String view : List.of("Overview", "Sessions", "Procedures", "Topics", "Programs", "Console")) {
            page.clickText(view);
            page.await("document.title.startsWith('" + view + "')");
            page.await("document.documentElement.scrollWidth <= innerWidth");
        }
        page.picture(PICTURES.resolve("narrow.png"));
    }

    @Test
    void fiveThousandSessionsStayFluid() throws Exception {
        List<RawSession> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(RawSession.join(server().port()));
            }
            Browser page = browser();
            page.clickText("Sessions");
            page.await("document.querySelector('table').getAttribute('aria-rowcount') > 5000");
            page.command("Performance.enable", Map.of("timeDomain", "threadTicks"));
            double before = page.processorSeconds();
            Object frames = page.value("""
                new Promise(done => {
                  const list = document.querySelector('.scroller');
                  const start = performance.now();
                  let frames = 0;
                  const frame = now => {
                    frames++;
                    list.scrollTop = (now - start) / 4000 * list.scrollHeight;
                    if (now - start < 4000) requestAnimationFrame(frame); else done(frames);
                  };
                  requestAnimationFrame(frame);
                })""");
            double seconds = (page.processorSeconds() - before) / ((Integer) Objects.requireNonNull(frames));
            page.picture(PICTURES.resolve("crowd.png"));
            assertTrue(seconds < MOST_SECONDS, seconds + " s of processor time for each of " + frames + " frames");
            page.await("document.querySelectorAll('*').length < " + FEW_NODES);
        } finally {
            for (RawSession session : crowd) {
                session.close();
            }
        }
    }
}
