package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.Identity;
import io.polywire.gate.client.LaunchOptions;
import io.polywire.gate.client.ModuleContent;
import io.polywire.hemi.door.Handlers;
import io.polywire.hemi.door.HemiDoor;
import io.polywire.hemi.door.HemiDoorSettings;
import io.polywire.hemi.message.CommandSet;
import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import io.polywire.server.config.ConfigFile;
import io.polywire.testkit.hyperstart.MockHyperstart;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import io.polywire.webwire.client.ClientHooks;
import io.polywire.webwire.client.WebWireClient;
import io.polywire.webwire.client.WebWireException;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each door as caller against each door as callee, each as publisher against each subscriber: section 6 of the bridge
 * reference. WebWire clients are no callees, functions of modules and container VMs no callers, Hemi clients no publishers.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class CrossDoorTest {
    private static final String NEWS = "com.example.guest.news";
    private static final Path EXAMPLES = Path.of("../examples/gate");

    @TempDir
    private static Path folder;

    private final AtomicInteger numbers = new AtomicInteger();
    private final Loops loops = Loops.open(1);
    private final BlockingQueue<String> wampEvents = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> guestEvents = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> signals = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> hemiMessages = new LinkedBlockingQueue<>();

    private final BlockingQueue<String> encodings = new LinkedBlockingQueue<>();

    private Listener hemiServer;
    private Server server;
    private MockHyperstart vm;
    private CcProxyClient runtime;
    private WampClient wamp;
    private WampClient callee;
    private WebWireClient webwire;
    private WebSocket hemi;
    private GateClient gate;

    record EchoRequest(String text) {}

    record EchoResponse(String text) {}

    record TellRequest(String text) {}

    record TellResponse() {}

    record News(String text) {}

    private static final CommandSet COMMANDS = CommandSet.of("crossing")
            .with("echo-hemi", EchoRequest.class, EchoResponse.class)
            .with("tell", TellRequest.class, TellResponse.class)
            .withNotification("news", News.class);

    @BeforeAll
    void open() throws Exception {
        Handlers handlers = new Handlers(COMMANDS)
                .on(EchoRequest.class, (session, q) -> new EchoResponse(q.text()))
                .on(TellRequest.class, (session, q) -> {
                    session.send(new News(q.text()));
                    return new TellResponse();
                });
        hemiServer = Listener.open(
                loops,
                new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)),
                Doors.http(new HemiDoor(HemiDoorSettings.at("/"), handlers)));
        server = Server.start(ConfigFile.read(Files.writeString(folder.resolve("polywire.yaml"), configuration())));
        String ws = server.addresses().getFirst().uri();
        URI base = URI.create(ws.replaceFirst("^ws", "http")).resolve("/");
        wamp = WampClient.connect(ws, "r");
        callee = WampClient.connect(ws, "r");
        wamp.subscribe(NEWS, event -> wampEvents.add(shown(event))).await();
        wamp.subscribe("polywire.ccproxy.on_vm", event -> wampEvents.add(shown(event)))
                .await();
        callee.register("cross.wamp", call -> {
                    encodings.add(String.valueOf(call.details().get("_encoding")));
                    Arguments same = Arguments.of(call.list().toArray());
                    for (Map.Entry<String, @Nullable Object> one : call.map().entrySet()) {
                        same = same.with(one.getKey(), one.getValue());
                    }
                    return same;
                })
                .await();
        webwire = new WebWireClient(
                loops, (Endpoint.Tcp) Endpoint.parse(base.getAuthority()), Duration.ofSeconds(20), hooks());
        webwire.connect();
        hemi = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(ws).resolve("/hemi"), new Messages())
                .join();
        vm = MockHyperstart.started(folder);
        runtime = CcProxyClient.connect(folder.resolve("proxy.sock").toString());
        runtime.hello("c1", vm.controlPath(), vm.ioPath());
        gate = GateClient.of(base, Identity.generate());
        guests();
    }

    private String configuration() {
        return """
                listeners: [{tcp: "127.0.0.1:0"}]
                realms:
                  - name: r
                    anonymous: true
                    roles: [{name: "*", unrestricted: true, admin: true}]
                webwire:
                  realm: r
                  topics: [{uri: com.example.guest.news}, {uri: polywire.ccproxy.on_vm}]
                hemi:
                  realm: r
                  topics: [{uri: com.example.guest.news}, {uri: polywire.ccproxy.on_vm}]
                hemi_servers:
                  - url: ws://127.0.0.1:HEMI/
                    realm: r
                    prefix: com.example.guest.
                    commands: [echo-hemi, tell]
                    notifications: news
                ccproxy: {socket: proxy.sock, realm: r}
                gate:
                  realm: r
                  public: true
                  procedures:
                    - {uri: cross.gate, module: MODULE, function: echo}
                """.replace("HEMI", Integer.toString(((Endpoint.Tcp) hemiServer.endpoint()).port())).replace(
                "MODULE", EXAMPLES.resolve("procedures.wasm").toAbsolutePath().toString());
    }

    private ClientHooks hooks() {
        return new ClientHooks() {
            @Override
            public void onServerSignal(Signal signal) {
                signals.add(signal.name() + " " + shown(signal.payload()));
            }
        };
    }

    /** What a Hemi client hears. */
    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                hemiMessages.add(text.toString().strip());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    /** Two guests: one publishes and answers, the other one hears what the first publishes. */
    private void guests() throws Exception {
        BlockingQueue<Boolean> ready = new LinkedBlockingQueue<>();
        wamp.subscribe("com.example.guest.ready", event -> ready.add(true)).await();
        wamp.subscribe("com.example.guest.heard", event -> guestEvents.add(shown(event)))
                .await();
        ModuleContent guest = ModuleContent.of(EXAMPLES.resolve("guest.wasm"));
        for (int i = 0; i < 2; i++) {
            gate.launch(guest, LaunchOptions.function("main"));
            assertTrue(ready.take());
        }
        wamp.call("com.example.guest.listen", "polywire.ccproxy.on_vm").await();
        while (true) {
            try {
                wamp.call("com.example.guest.echo-hemi").await();
                return;
            } catch (WampException e) {
                assertEquals("wamp.error.no_such_procedure", e.uri()); // The remote server is being connected.
            }
        }
    }

    @AfterAll
    void close() {
        gate.close();
        runtime.close();
        vm.close();
        hemi.abort();
        webwire.close();
        callee.close();
        wamp.close();
        server.close();
        hemiServer.close();
        loops.close();
    }

    private static String shown(Arguments a) {
        return a.list() + " " + a.map();
    }

    private static String shown(Payload payload) {
        return payload.encoding() + " "
                + switch (payload.encoding()) {
                    case BINARY -> Arrays.toString(payload.data());
                    default -> payload.text();
                };
    }

    // ---- callers

    private String call(String caller, String uri) throws Exception {
        return switch (caller) {
            case "wamp" ->
                shown(wamp.call(
                                uri,
                                uri.endsWith("-hemi")
                                        ? Arguments.named(Map.of("text", "é"))
                                        : Arguments.of("plain").with("text", "é"))
                        .await());
            case "webwire" -> shown(webwire.request(uri, Payload.utf8("é")));
            case "hemi" -> hemi(uri, "{\"text\":\"é\"}");
            case "guest" ->
                shown(wamp.call("com.example.guest.call", uri, "plain").await());
            default -> throw new IllegalArgumentException(caller);
        };
    }

    private String hemi(String command, String payload) throws InterruptedException {
        String id = "id" + numbers.incrementAndGet();
        hemi.sendText(
                        "{\"header\":{\"command\":\"%s-request\",\"id\":\"%s\"},\"payload\":%s}\n"
                                .formatted(command, id, payload),
                        true)
                .join();
        String answer = await(hemiMessages, "\"id\":\"" + id + "\"");
        return answer.replaceFirst(".*?\"payload\":(.*)}", "$1");
    }

    /** The next with this text in it; what other tests left over is passed by. */
    private static String await(BlockingQueue<String> queue, String text) throws InterruptedException {
        while (true) {
            String next = Objects.requireNonNull(queue.poll(20, TimeUnit.SECONDS), () -> "nothing has " + text);
            if (next.contains(text)) {
                return next;
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "wamp    | cross.wamp                  | [plain] {text=é}",
                "wamp    | com.example.guest.echo-hemi | [] {text=é}",
                "wamp    | com.example.guest.echo      | [plain] {text=é}",
                "wamp    | cross.gate                  | [plain] {text=é}",
                "wamp    | vm.c1.ping                  | [] {}",
                "webwire | cross.wamp                  | UTF8 é",
                "webwire | com.example.guest.echo-hemi | UTF8 {\"kwargs\":{\"text\":\"\"}}",
                "webwire | com.example.guest.echo      | UTF8 é",
                "webwire | cross.gate                  | UTF8 é",
                "webwire | vm.c1.ping                  | ~UTF8 ~",
                "hemi    | cross.wamp                  | {\"text\":\"é\"}",
                "hemi    | com.example.guest.echo-hemi | {\"text\":\"é\"}",
                "hemi    | com.example.guest.echo      | {\"text\":\"é\"}",
                "hemi    | cross.gate                  | {\"text\":\"é\"}",
                "hemi    | vm.c1.ping                  | {}",
                "guest   | cross.wamp                  | [plain] {}",
                "guest   | com.example.guest.echo-hemi | [] {text=}",
                "guest   | com.example.guest.echo      | [plain] {}",
                "guest   | cross.gate                  | [plain] {}",
                "guest   | vm.c1.ping                  | [] {}"
            })
    void everyCallerReachesEveryCallee(String caller, String uri, String expected) throws Exception {
        assertEquals(expected, call(caller, uri));
    }

    @Test
    void aWampCalleeIsToldTheEncodingOfAWebWireRequest() throws Exception {
        encodings.clear();
        webwire.request("cross.wamp", Payload.utf16("a"));
        webwire.request("cross.wamp", Payload.binary((byte) 1));
        call("webwire", "cross.wamp");
        call("wamp", "cross.wamp");
        assertEquals(List.of("utf16", "binary", "utf8", "null"), List.copyOf(encodings));
    }

    @ParameterizedTest
    @CsvSource({"cross.wamp", "com.example.guest.echo", "cross.gate"})
    void encodingsOfWebWireComeBackFromEveryCallee(String uri) {
        Payload utf16 = Payload.utf16("é😀");
        assertEquals(utf16, webwire.request(uri, utf16));
        Payload binary = Payload.binary((byte) 0, (byte) 0xff, (byte) 0x80);
        assertEquals(binary, webwire.request(uri, binary));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "wamp    | wamp.error.no_such_procedure",
                "webwire | wamp.error.no_such_procedure",
                "hemi    | unknown command: cross.nobody-request",
                "guest   | wamp.error.no_such_procedure"
            })
    void everyCallerHearsThatThereIsNobody(String caller, String expected) throws Exception {
        String heard;
        try {
            heard = call(caller, "cross.nobody");
        } catch (WampException e) {
            heard = e.uri();
        } catch (WebWireException.ServerError e) {
            heard = e.code();
        }
        assertTrue(heard.contains(expected), heard);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "com.example.guest.square      | wamp.error.invalid_argument one small whole number is expected",
                "com.example.guest.call        | wamp.error.no_such_procedure"
            })
    void errorsOfAGuestReachAWebWireClient(String uri, String expected) {
        String heard;
        try {
            heard = shown(webwire.request(uri, Payload.utf8("nobody")));
        } catch (WebWireException.ServerError e) {
            heard = e.code() + " " + e.text();
        }
        assertTrue(heard.startsWith(expected), heard);
    }

    // ---- publishers

    /** Publishes a text; returns what tells it from others. */
    private String publish(String publisher) throws Exception {
        String text = "é" + numbers.incrementAndGet() + ".";
        switch (publisher) {
            case "wamp" ->
                callee.publish(NEWS, PublishOptions.ACKNOWLEDGED, Arguments.of(text))
                        .await();
            case "webwire" -> webwire.signal(NEWS, Payload.utf8(text));
            case "webwire utf16" -> webwire.signal(NEWS, Payload.utf16(text));
            case "hemi" ->
                wamp.call("com.example.guest.tell", Arguments.named(Map.of("text", text)))
                        .await();
            case "guest" -> wamp.call("com.example.guest.publish", NEWS, text).await();
            case "ccproxy" -> {
                text = "c" + text.replaceAll("\\D", "") + "x";
                try (MockHyperstart other = MockHyperstart.started(Files.createTempDirectory(folder, "vm"));
                        CcProxyClient another = CcProxyClient.connect(
                                folder.resolve("proxy.sock").toString())) {
                    another.hello(text, other.controlPath(), other.ioPath());
                    another.bye(text);
                }
            }
            default -> throw new IllegalArgumentException(publisher);
        }
        return text;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "wamp          | wamp    | [TEXT] {}",
                "wamp          | webwire | com.example.guest.news UTF8 TEXT",
                "wamp          | hemi    | {\"args\":[\"TEXT\"]}",
                "wamp          | guest   | TEXT] {}",
                "webwire       | wamp    | [TEXT] {}",
                "webwire       | hemi    | {\"args\":[\"TEXT\"]}",
                "webwire       | guest   | _encoding=utf8}, TEXT] {}",
                "webwire utf16 | guest   | _encoding=utf16}, TEXT] {}",
                "hemi          | wamp    | [] {text=TEXT}",
                "hemi          | webwire | com.example.guest.news UTF8 {\"kwargs\":{\"text\":\"TEXT\"}}",
                "hemi          | hemi    | {\"text\":\"TEXT\"}",
                "guest         | wamp    | [TEXT] {}",
                "guest         | webwire | com.example.guest.news UTF8 TEXT",
                "guest         | hemi    | {\"args\":[\"TEXT\"]}",
                "guest         | guest   | TEXT] {}",
                "ccproxy       | wamp    | [TEXT, registered] {}",
                "ccproxy       | webwire | polywire.ccproxy.on_vm UTF8 {\"args\":[\"TEXT\",\"registered\"]}",
                "ccproxy       | hemi    | {\"args\":[\"TEXT\",\"registered\"]}",
                "ccproxy       | guest   | TEXT, registered] {}"
            })
    void everySubscriberHearsEveryPublisher(String publisher, String subscriber, String expected) throws Exception {
        String text = publish(publisher);
        String heard = switch (subscriber) {
            case "wamp" -> await(wampEvents, text);
            case "webwire" -> await(signals, text);
            case "hemi" -> await(hemiMessages, text).replaceFirst(".*?\"payload\":(.*)}", "$1");
            default -> await(guestEvents, text);
        };
        String wanted = expected.replace("TEXT", text);
        assertTrue(subscriber.equals("guest") ? heard.endsWith(wanted) : heard.equals(wanted), heard);
    }

    @Test
    void aGuestHearsANotificationOfAHemiServerWithoutArguments() throws Exception {
        String before = publish("hemi"); // Its keyword arguments are not in what the guest says.
        assertTrue(before.startsWith("é"));
        assertTrue(await(guestEvents, "}] {}").startsWith("[{"));
    }

    @Test
    void theSenderOfASignalDoesNotHearItAndOthersHearItsEncoding() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        var subscription = callee.subscribe(
                        NEWS,
                        event -> heard.add(event.list() + " " + event.details().get("_encoding")))
                .await();
        for (Payload payload : List.of(Payload.utf8("a"), Payload.utf16("b"), Payload.binary((byte) 'c'))) {
            webwire.signal(NEWS, payload);
        }
        assertEquals("[a] utf8", heard.poll(20, TimeUnit.SECONDS));
        assertEquals("[b] utf16", heard.poll(20, TimeUnit.SECONDS));
        assertTrue(Objects.requireNonNull(heard.poll(20, TimeUnit.SECONDS)).endsWith(" binary"));
        subscription.unsubscribe().await();
        // Signals come in order: had it heard its own, they would be there before this one.
        String text = publish("wamp");
        assertEquals(NEWS + " UTF8 " + text, await(signals, text));
        assertTrue(signals.stream().noneMatch(s -> s.endsWith(" UTF8 a") || s.endsWith(" UTF16 b")));
    }
}
