package io.polywire.ccproxy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.door.CcProxy;
import io.polywire.ccproxy.door.CcProxySettings;
import io.polywire.ccproxy.door.ListeningSocket;
import io.polywire.ccproxy.door.VmListener;
import io.polywire.testkit.hyperstart.MockHyperstart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class VmCommandTest {
    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String socket = "";

    @BeforeEach
    void start() throws IOException {
        socket = directory.resolve("proxy.sock").toString();
        ListeningSocket listening = ListeningSocket.open(socket);
        opened.add(CcProxy.start(
                listening.descriptor(), CcProxySettings.defaults(), System.getLogger("test"), VmListener.NONE));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private MockHyperstart vm(MockHyperstart mock) throws IOException {
        opened.add(mock);
        mock.start();
        CcProxyClient client = CcProxyClient.connect(socket);
        opened.add(client);
        client.hello("c1", mock.controlPath(), mock.ioPath());
        return mock;
    }

    private int run(String input, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(1, List.of("--socket", socket));
        return VmCommand.run(
                all.toArray(String[]::new),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void listShowsVms() throws IOException {
        vm(new MockHyperstart(directory));
        assertEquals(0, run("", "list"), err.toString(StandardCharsets.UTF_8));
        assertTrue(out.toString(StandardCharsets.UTF_8).lines().anyMatch(l -> l.matches("c1 +running +1 +0")));
    }

    @Test
    void attachSendsCommands() throws Exception {
        MockHyperstart mock = vm(new MockHyperstart(directory));
        assertEquals(0, run("", "attach", "c1", "winsize", "{\"seq\": 1}"), err.toString(StandardCharsets.UTF_8));
        assertEquals("{\"seq\": 1}", new String(mock.command().payload(), StandardCharsets.UTF_8));
        assertEquals(1, run("ping\n\nnonsense {}\n", "attach", "c1"));
        assertEquals("ok\nerror: unknown command 'nonsense'\n", out.toString(StandardCharsets.UTF_8));
        assertEquals(1, run("", "attach", "nope"));
        assertEquals("vm: unknown containerID: nope\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void execCarriesStreamsAndTheExitCode() throws Exception {
        MockHyperstart mock = new MockHyperstart(directory);
        mock.consumer(frame -> {
            if (frame.payload().length > 0) {
                mock.output(1, frame.payload());
                mock.output(2, "oops".getBytes(StandardCharsets.UTF_8));
            } else {
                mock.exit(1, 17);
            }
        });
        vm(mock);
        assertEquals(17, run("hello", "exec", "c1", "--", "cat", "-n"), err.toString(StandardCharsets.UTF_8));
        assertEquals("hello", out.toString(StandardCharsets.UTF_8));
        assertEquals("oops", err.toString(StandardCharsets.UTF_8));
        String sent = new String(mock.command().payload(), StandardCharsets.UTF_8);
        assertTrue(sent.contains("\"args\":[\"cat\",\"-n\"]"), sent);
    }

    @Test
    void logsFollowAllOutputUntilTheVmGoes() throws Exception {
        MockHyperstart mock = vm(new MockHyperstart(directory));
        CcProxyClient owner = CcProxyClient.connect(socket);
        opened.add(owner);
        owner.attach("c1");
        opened.add(owner.allocateIo(2));
        Thread following = Thread.ofPlatform().start(() -> run("", "logs", "c1"));
        while (following.isAlive() && out.size() == 0) {
            mock.output(1, new byte[] {'.'}); // until it follows
        }
        out.reset();
        mock.output(1, "out".getBytes(StandardCharsets.UTF_8));
        mock.output(2, "err".getBytes(StandardCharsets.UTF_8));
        mock.exit(1, 'x');
        mock.closeIo();
        following.join();
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.endsWith("outerr"), text);
    }

    @Test
    void aProxyThatIsNotThereIsNamed() {
        socket = directory.resolve("absent").toString();
        assertEquals(2, run("", "list"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("no such file or directory"));
    }
}
