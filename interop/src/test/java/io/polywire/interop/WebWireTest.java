package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** WebWire from outside: its examples, with programs in other languages and as packaged. */
@Timeout(300)
class WebWireTest {
    private static final Path JAVA = Project.ROOT.resolve("examples/java");

    @TempDir
    private Path folder;

    @Test
    void aWebWireClientCallsAPythonProcedureAndGetsAWampEventAsSignal() throws Exception {
        Path python = Program.ready(Toolchain.PYTHON).resolve("venv/bin/python");
        Path shop = Project.ROOT.resolve("examples/webwire/shop.py");
        try (ServerProcess server = ServerProcess.serve("--listen", "127.0.0.1:0");
                Program callee = new Program(folder, List.of(python.toString(), shop.toString(), server.ws()))) {
            callee.await("the shop is open");
            Path example = JAVA.resolve("WebwireShop.java");
            assertTrue(Files.readString(example).startsWith("/// "), "the first line is what the list shows");
            try (Program client = new Program(folder, Program.java(example, "127.0.0.1:" + server.port()))) {
                client.await("webwire.news: somebody looks at the apple");
                client.await("an apple: 65 cents");
                client.awaitEnd();
            }
        }
    }

    @Test
    void theTestApplicationSaysWhereItListensAndAnswers() throws Exception {
        Path example = JAVA.resolve("WebwireTestApp.java");
        assertTrue(Files.readString(example).startsWith("/// "), "the first line is what the list shows");
        try (Program server = new Program(folder, Program.java(example, "--listen", "127.0.0.1:0", "--no-sessions"))) {
            String line = server.next();
            assertTrue(line.startsWith("listening on 127.0.0.1:"), line);
            Path client = Files.writeString(folder.resolve("Ask.java"), """
                    import io.polywire.net.*;
                    import io.polywire.webwire.client.*;
                    import io.polywire.webwire.message.Payload;

                    void main(String[] args) {
                        try (var loops = Loops.open(1);
                                var client = new WebWireClient(loops, (Endpoint.Tcp) Endpoint.parse(args[0]),
                                        java.time.Duration.ofSeconds(20), ClientHooks.NONE)) {
                            client.connect();
                            IO.println(client.request("echo", Payload.utf8("hello")).text());
                            try {
                                client.request("login", Payload.utf8("alice"));
                            } catch (WebWireException.ServerError refused) {
                                IO.println(refused.text());
                            }
                        }
                    }
                    """);
            try (Program asking = new Program(folder, Program.java(client, line.substring("listening on ".length())))) {
                asking.await("hello");
                asking.await("Sessions disabled");
                asking.awaitEnd();
            }
        }
    }
}
