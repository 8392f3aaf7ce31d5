package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.net.Endpoint;
import io.polywire.net.Loops;
import io.polywire.wamp.client.CallException;
import io.polywire.wamp.client.ClientListener;
import io.polywire.wamp.client.ClientSettings;
import io.polywire.wamp.client.Reconnect;
import io.polywire.wamp.client.Result;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import io.polywire.wamp.client.auth.Authenticator;
import io.polywire.wamp.client.link.Transport;
import io.polywire.webwire.client.ClientHooks;
import io.polywire.webwire.client.WebWireClient;
import io.polywire.webwire.message.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * What a new operator does, from the package to the end: unpack it, write a configuration, be told the mistakes, add users,
 * start, log in to the page, watch, suspend and resume a program, end a session, change a role, scrape, stop.
 */
@Timeout(600)
class OperatorStoryTest {
    private static final Path PICTURES = Project.ROOT.resolve("interop/target/dashboard");
    private static final Path PROGRAMS = Project.ROOT.resolve("gate/src/test/resources/gate/programs");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String CONFIGURATION = """
            data: data
            listeners:
              - tcp: 127.0.0.1:0
                tls:
                  certificate: server.pem
                  key: server.key
              - tcp: 127.0.0.1:0 # for WebWire clients, which know no TLS
            roles:
              - name: operator
                unrestricted: true
                admin: true
              - name: staff
                rules:
                  - uri: com.example.
                    match: prefix
                    allow: [call, register, publish, subscribe]
              - name: guest
                rules:
                  - uri: com.example.echo
                    allow: [call]
            realms:
              - name: main
              - name: lab
                users:
                  - authid: lena
                    role: staff
                    password: file:lena.secret
            admin_realm: main
            log:
              audit: audit.log
            webwire:
              realm: main
              prefix: com.example.
              role: guest
            gate:
              realm: main
              role: staff
              authorized_keys: keys.pub
              procedures:
                - uri: com.example.echo
                  module: echo.wasm
                  function: main
            """;

    @TempDir
    private Path folder = Path.of("");

    private Path polywire = Path.of("");

    /** What a command printed, and how it ended. */
    private record Said(int status, String text) {}

    private Said run(String input, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "said", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " has not ended");
        }
        return new Said(process.exitValue(), Files.readString(output));
    }

    private Said polywire(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(polywire.toString()));
        command.addAll(List.of(arguments));
        return run(input, command.toArray(String[]::new));
    }

    private void unpackThePackage() throws IOException, InterruptedException {
        for (String program : List.of("tar", "gzip", "unzip")) {
            if (!Toolchain.onPath(program)) {
                throw new TestAbortedException(program + " is not on the PATH");
            }
        }
        Path out = Files.createDirectory(folder.resolve("out"));
        Said built = run(
                "",
                Project.ROOT.resolve("packaging/build.sh").toString(),
                Project.ROOT.toString(),
                System.getProperty("java.home"),
                out.toString(),
                "tar.gz");
        assertEquals(0, built.status(), built.text());
        Path archive;
        try (Stream<Path> files = Files.list(out)) {
            archive = files.filter(f -> f.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow();
        }
        assertEquals(0, run("", "tar", "-xzf", archive.toString()).status());
        String name = String.valueOf(archive.getFileName()).replaceAll("-linux-.*", "");
        polywire = folder.resolve(name).resolve("bin/polywire");
        assertTrue(polywire("", "version").text().contains(name.substring("polywire-".length())));
    }

    private void writeTheConfiguration() throws Exception {
        Certificates.write(folder);
        Files.writeString(folder.resolve("lena.secret"), "lena's password\n");
        Files.setPosixFilePermissions(folder.resolve("lena.secret"), PosixFilePermissions.fromString("rw-------"));
        Files.copy(PROGRAMS.resolve("echo.wasm"), folder.resolve("echo.wasm"));
        Files.writeString(
                folder.resolve("keys.pub"),
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUHp2ssGZt4JEGsdHBrPBW5q6mWQc1cSZ5pDSCBmFhl olga\n");
        Files.writeString(folder.resolve("polywire.yaml"), CONFIGURATION);
    }

    private void areToldFiveMistakesAtOnce() throws IOException, InterruptedException {
        Files.writeString(
                folder.resolve("mistakes.yaml"),
                CONFIGURATION
                        .replace("certificate: server.pem", "certificate: servr.pem")
                        .replace("tcp: 127.0.0.1:0 #", "tcp: 127.0.0.1:70000 #")
                        .replace("allow: [call]", "allow: [cal]")
                        .replace("admin_realm: main", "admin_realm: mian")
                        .replace("function: main", "functon: main"));
        Said said = polywire("", "check", "mistakes.yaml");
        assertEquals(1, said.status(), said.text());
        for (String mistake : List.of(
                "mistakes.yaml:5:20: listeners[0].tls.certificate: ",
                "mistakes.yaml:7:10: listeners[1].tcp: is '127.0.0.1:70000', expected ",
                "mistakes.yaml:20:17: roles[2].rules[0].allow[0]: is 'cal', expected ",
                "mistakes.yaml:28:14: admin_realm: ",
                "mistakes.yaml:42:7: gate.procedures[0].functon: ",
                "5 errors")) {
            assertTrue(said.text().contains(mistake), () -> mistake + " is not in\n" + said.text());
        }
        assertEquals(0, polywire("", "check", "polywire.yaml").status());
    }

    private void addUsers() throws IOException, InterruptedException {
        for (Map.Entry<String, String> user :
                Map.of("olga", "operator", "sam", "staff", "gwen", "guest").entrySet()) {
            Said said = polywire(
                    user.getKey() + "'s password\n",
                    "user",
                    "add",
                    "--data",
                    "data",
                    "--realm",
                    "main",
                    "--role",
                    user.getValue(),
                    user.getKey());
            assertEquals(0, said.status(), said.text());
        }
    }

    private WampClient client(ServerProcess server, String realm, String authid) {
        return client(server, realm, authid, ClientListener.NONE);
    }

    private WampClient client(ServerProcess server, String realm, String authid, ClientListener listener) {
        String secret = authid + "'s password";
        return WampClient.connect(ClientSettings.of(
                        Transport.to("wss://127.0.0.1:" + server.securePort() + "/ws")
                                .withTrust(folder.resolve("server.pem")),
                        realm)
                .withAuth(authid, Authenticator.scram(secret))
                .withReconnect(Reconnect.NEVER)
                .withListener(listener));
    }

    private static void logIn(Browser page, ServerProcess server) {
        page.size(1280, 800);
        page.open("https://127.0.0.1:" + server.securePort() + "/");
        page.fill("input[name=authid]", "olga");
        page.fill("input[name=password]", "a guess");
        page.key("Enter");
        page.await("document.getElementById('login-error').textContent.includes('authentication')");
        page.fill("input[name=password]", "olga's password");
        page.key("Enter");
        page.awaitText("olga (operator) in main");
    }

    /** Calls go on while the page watches; a WebWire client and a WebAssembly function take part. */
    private static void watchCalls(Browser page, ServerProcess server, WampClient sam) throws IOException {
        sam.register("com.example.sum", call -> call.integer(0) + call.integer(1))
                .await();
        sam.register("com.example.upper", call -> call.string(0).toUpperCase(Locale.ROOT))
                .await();
        Endpoint.Tcp plain = (Endpoint.Tcp) Endpoint.parse("127.0.0.1:" + server.port());
        try (Loops loops = Loops.open(1);
                WebWireClient webwire = new WebWireClient(loops, plain, PATIENCE, new ClientHooks() {})) {
            webwire.connect();
            assertTrue(webwire.request("echo", Payload.utf8("hello")).text().contains("hello"));
        }
        assertTrue(
                String.valueOf(sam.call("com.example.echo", "from WAMP").await().value())
                        .contains("from WAMP"));
        page.clickText("Procedures");
        page.fill("input[type=search]", "com.example.");
        page.awaitText("com.example.echo");
        assertEquals(5, sam.call("com.example.sum", 2, 3).await().integer(0));
        page.await("[...document.querySelectorAll('tbody tr')].some(r => r.innerText.includes('com.example.sum')"
                + " && / (µs|ms)/.test(r.innerText))");
        page.picture(PICTURES.resolve("story-procedures.png"));
    }

    private static String member(Result result, String name) {
        if (result.value() instanceof Map<?, ?> map && map.get(name) instanceof String text) {
            return text;
        }
        throw new AssertionError("no " + name + " in " + result.value());
    }

    private static void suspendAndResumeAProgram(Browser page, WampClient olga) throws IOException {
        byte[] spin = Files.readAllBytes(PROGRAMS.resolve("spin.wasm"));
        String module =
                member(olga.call("polywire.gate.module.upload", (Object) spin).await(), "module");
        String instance = member(
                olga.call("polywire.gate.instance.launch", module, "main").await(), "instance");
        page.clickText("Programs");
        page.clickInRow(instance, "Suspend");
        page.awaitText("SUSPENDED");
        page.clickInRow(instance, "Resume");
        page.awaitText("RUNNING");
        page.clickInRow(instance, "Kill");
        page.awaitText("KILLED");
    }

    private void endASession(Browser page, ServerProcess server) throws Exception {
        CompletableFuture<WampException> end = new CompletableFuture<>();
        ClientListener listener = new ClientListener() {
            @Override
            public void closed(WampException cause) {
                end.complete(cause);
            }
        };
        try (WampClient gwen = client(server, "main", "gwen", listener)) {
            page.clickText("Sessions");
            page.clickInRow("gwen", "Kill");
            assertEquals(
                    "wamp.close.killed",
                    end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).uri());
            page.await("!document.body.innerText.includes('gwen')");
            assertFalse(gwen.isConnected());
        }
    }

    private void changeARoleWithoutLosingASession(ServerProcess server, WampClient sam, WampClient gwen)
            throws IOException, InterruptedException {
        CallException refused = assertThrows(
                CallException.class, () -> gwen.call("com.example.sum", 1, 2).await());
        assertEquals("wamp.error.not_authorized", refused.uri());
        Files.writeString(
                folder.resolve("polywire.yaml"),
                CONFIGURATION.replace(
                        "allow: [call]", "allow: [call]\n      - uri: com.example.sum\n        allow: [call]"));
        Files.writeString(folder.resolve("olga.secret"), "olga's password\n");
        Said said = polywire(
                "",
                "reload",
                "--url=wss://127.0.0.1:" + server.securePort() + "/ws",
                "--ca=server.pem",
                "--realm=main",
                "--user=olga",
                "--password-file=olga.secret");
        assertEquals(0, said.status(), said.text());
        assertTrue(said.text().contains("role"), said.text());
        assertEquals(3, gwen.call("com.example.sum", 1, 2).await().integer(0));
        assertEquals(7, sam.call("com.example.sum", 3, 4).await().integer(0));
    }

    private void scrape(ServerProcess server) throws IOException, InterruptedException {
        Said said = run(
                "",
                "curl",
                "-sS",
                "--fail",
                "--cacert",
                "server.pem",
                "https://127.0.0.1:" + server.securePort() + "/metrics");
        assertEquals(0, said.status(), said.text());
        assertTrue(said.text().contains("polywire_sessions{realm=\"main\"} "), said.text());
        assertTrue(
                said.text().contains("polywire_procedure_seconds_count{procedure=\"com.example.sum\",realm=\"main\"} "),
                said.text());
    }

    private void theAuditLogHasItAll() throws IOException {
        String audit = Files.readString(folder.resolve("audit.log"));
        for (String event : List.of("login", "refusal", "kill", "reload")) {
            assertTrue(audit.contains("\"event\":\"" + event + "\""), () -> event + " is not in\n" + audit);
        }
        assertFalse(audit.contains("password\""), audit);
        assertFalse(audit.contains("'s password"), audit);
    }

    @Test
    void aNewOperatorGetsFromThePackageToAServerThatIsWatchedChangedAndStopped() throws Exception {
        unpackThePackage();
        writeTheConfiguration();
        areToldFiveMistakesAtOnce();
        addUsers();
        try (Browser page = Browser.start(folder.resolve("profile"));
                ServerProcess server = ServerProcess.start(
                        new ProcessBuilder(polywire.toString(), "serve", "--config", "polywire.yaml")
                                .directory(folder.toFile()))) {
            logIn(page, server);
            try (WampClient sam = client(server, "main", "sam");
                    WampClient olga = client(server, "main", "olga");
                    WampClient lena = client(server, "lab", "lena")) {
                watchCalls(page, server, sam);
                suspendAndResumeAProgram(page, olga);
                endASession(page, server);
                try (WampClient gwen = client(server, "main", "gwen")) {
                    changeARoleWithoutLosingASession(server, sam, gwen);
                }
                scrape(server);
                assertEquals("lab", lena.session().realm());
            }
            assertEquals(List.of(), page.problems);
            assertEquals(0, server.terminate());
        }
        theAuditLogHasItAll();
    }
}
