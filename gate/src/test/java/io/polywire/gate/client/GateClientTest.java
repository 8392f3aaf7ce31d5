package io.polywire.gate.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.door.GateSettings;
import io.polywire.gate.host.DirectorySource;
import io.polywire.gate.message.Debug;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sections A5, A6, A10 and A11, asked by the client. */
class GateClientTest {
    private static final Status HALTED = Status.of(State.HALTED);

    private final LoopbackDoor server = new LoopbackDoor();
    private final GateClient client = GateClient.of(server.address(), Identity.generate());

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private static ModuleContent module(String program) {
        return ModuleContent.of(Wasm.bytes(program));
    }

    private static String refused(Runnable request) {
        GateException e = assertThrows(GateException.class, request::run);
        return e.status() + " " + e.text();
    }

    private String launched(String program, String function) {
        return client.launch(module(program), LaunchOptions.function(function));
    }

    @Test
    void sourcesAreListed() {
        assertEquals(List.of("sha384"), client.sources());
    }

    @Test
    void uploadedModuleIsListedAndCanBeFetchedAndRemoved() throws IOException {
        assertEquals(List.of(), client.modules());
        ModuleContent hello = module("hello");
        client.upload(hello);
        client.upload(hello); // Once more does no harm.
        assertEquals(List.of(WebApi.moduleKey(Wasm.bytes("hello"))), client.modules());
        try (Download download = client.download(hello.key())) {
            assertEquals(hello.length(), download.length());
            assertArrayEquals(Wasm.bytes("hello"), download.readAllBytes());
        }
        client.unref(hello.key());
        assertEquals(List.of(), client.modules());
        assertEquals("404 module not found", refused(() -> client.unref(hello.key())));
    }

    @Test
    void uploadTellsHowFarItIs() {
        List<Long> seen = new ArrayList<>();
        ModuleContent hello = module("hello");
        client.upload(hello.withProgress(seen::add));
        assertEquals(hello.length(), seen.getLast());
    }

    @Test
    void moduleComesFromAFile(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("hello.wasm"), Wasm.bytes("hello"));
        ModuleContent hello = ModuleContent.of(file);
        assertEquals(module("hello").key(), hello.key());
        client.upload(hello);
        assertEquals(List.of(hello.key()), client.modules());
    }

    @Test
    void badModuleIsRefusedWithTheServersText() {
        assertEquals(
                "400 import function not supported: \"env\" \"no_such_function\"",
                refused(() -> client.check(module("bad_import"))));
        client.check(module("hello"));
        assertEquals(List.of(), client.modules());
    }

    @Test
    void moduleOfAnotherSourceIsKeptCalledAndLaunched(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("hello.wasm"), Wasm.bytes("hello"));
        try (LoopbackDoor other =
                        new LoopbackDoor(GateSettings.DEFAULT.withSources(new DirectorySource("local", folder)));
                GateClient there = GateClient.of(other.address(), Identity.generate())) {
            assertEquals(List.of("local", "sha384"), there.sources());
            assertEquals(module("hello").key(), there.ref("local/hello.wasm"));
            try (GateStream stream = there.call("local/hello.wasm", CallOptions.function("main"))) {
                assertEquals("hello, world\n", new String(stream.output().readAllBytes(), StandardCharsets.UTF_8));
            }
            String instance = there.launch("local/hello.wasm", LaunchOptions.function("serve"));
            assertEquals(State.RUNNING, there.status(instance).state());
        }
    }

    @Test
    void launchedInstanceIsListedWaitedForAndDeleted() {
        String instance = launched("exit", "ret1");
        Status end = client.waitFor(instance);
        assertEquals(new Status(State.HALTED, null, 1, ""), end);
        assertEquals(end, client.status(instance));
        assertEquals(instance, client.instances().getFirst().instance());
        client.delete(instance);
        assertEquals(List.of(), client.instances());
        assertEquals("404 instance not found", refused(() -> client.status(instance)));
    }

    @Test
    void launchTakesAllItsOptions() {
        String id = UUID.randomUUID().toString();
        LaunchOptions options = LaunchOptions.DEFAULT.withRef().withSuspended().withInstance(id);
        assertEquals(id, client.launch(module("counter"), options));
        assertEquals(HALTED, client.status(id));
        assertEquals(List.of(module("counter").key()), client.modules());
        String second = client.launch(
                module("counter").key(), LaunchOptions.function("inc").withDebug());
        assertEquals(HALTED, client.waitFor(second));
    }

    @Test
    void runningInstanceIsSuspendedResumedAndKilled() {
        String instance = launched("spin", "main");
        assertEquals(State.RUNNING, client.status(instance).state());
        assertEquals(Status.of(State.SUSPENDED), client.suspendAndWait(instance));
        client.resume(instance, "");
        client.suspend(instance);
        assertEquals(Status.of(State.SUSPENDED), client.waitFor(instance));
        client.resume(instance, "");
        assertEquals("400 instance must not be running", refused(() -> client.delete(instance)));
        client.kill(instance);
        assertEquals(Status.of(State.KILLED), client.waitFor(instance));
        assertEquals(Status.of(State.KILLED), client.killAndWait(instance));
    }

    @Test
    void haltedInstanceIsResumedWithAFunction() {
        String instance = launched("counter", "inc");
        client.waitFor(instance);
        assertEquals(
                "400 function must be specified when resuming halted instance",
                refused(() -> client.resume(instance, "")));
        client.resume(instance, "odd");
        assertEquals(1, client.waitFor(instance).result());
    }

    @Test
    void snapshotIsAModuleThatMovesToAnotherServer() throws IOException {
        String instance = launched("counter", "inc");
        client.waitFor(instance);
        String key = client.snapshot(instance);
        assertEquals(List.of(key), client.modules());
        byte[] module;
        try (Download download = client.download(key)) {
            module = download.readAllBytes();
        }
        try (LoopbackDoor other = new LoopbackDoor();
                GateClient there = GateClient.of(other.address(), Identity.generate())) {
            String copy = there.launch(ModuleContent.of(module), LaunchOptions.function("odd"));
            assertEquals(1, there.waitFor(copy).result());
        }
    }

    @Test
    void stackOfAStoppedInstanceIsRead() {
        String instance = launched("spin", "main");
        client.suspendAndWait(instance);
        Debug.Response answer =
                client.debug(instance, new Debug.Request(Debug.Op.READ_STACK.ordinal(), Debug.Config.NONE, 0, 0));
        assertEquals(State.SUSPENDED, answer.status().state());
        assertEquals("sha384/" + module("spin").key(), answer.module());
        assertTrue(new String(answer.data(), StandardCharsets.UTF_8).contains("main"));
    }

    @Test
    void ownersSeeTheirOwnOnly() {
        String instance = launched("spin", "idle");
        try (GateClient other = GateClient.of(server.address(), Identity.generate())) {
            assertEquals(List.of(), other.instances());
            assertEquals("404 instance not found", refused(() -> other.kill(instance)));
        }
    }

    @Test
    void nobodyMayCheckAndCallButKeepsNothing() throws IOException {
        try (GateClient nobody = GateClient.anonymous(server.address())) {
            nobody.check(module("hello"));
            assertEquals("401 missing authentication credentials", refused(() -> nobody.upload(module("hello"))));
            try (GateStream stream = nobody.call(module("hello"), CallOptions.function("main"))) {
                assertEquals("", stream.instance());
                assertEquals("hello, world\n", new String(stream.output().readAllBytes(), StandardCharsets.UTF_8));
                assertEquals(Status.of(State.TERMINATED), stream.await());
            }
        }
    }

    @Test
    void serverOfAnotherNameIsToldByThatName() {
        try (LoopbackDoor other = new LoopbackDoor(GateSettings.DEFAULT.withAuthority("example.com:1234"))) {
            try (GateClient wrong = GateClient.of(other.address(), Identity.generate())) {
                GateException e = assertThrows(GateException.class, wrong::instances);
                assertEquals("401 invalid_token", e.status() + " " + e.text());
                assertTrue(String.valueOf(e.getMessage()).contains("the server is https://example.com:1234/gate-0/"));
            }
            try (GateClient right = GateClient.builder(other.address())
                    .identity(Identity.generate())
                    .authority("example.com:1234")
                    .build()) {
                assertEquals(List.of(), right.instances());
            }
        }
    }

    @Test
    void pathBeforeTheApiIsPartOfAddressAndAudience() {
        try (LoopbackDoor other = new LoopbackDoor(GateSettings.DEFAULT.withPrefix("/api"));
                GateClient there = GateClient.of(URI.create(other.address() + "/api/"), Identity.generate())) {
            assertEquals(List.of(), there.instances());
        }
    }

    @Test
    void serverThatIsNotThereIsNoRefusal() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (GateClient lost = GateClient.anonymous(URI.create("http://127.0.0.1:" + port))) {
            UncheckedIOException e = assertThrows(UncheckedIOException.class, lost::sources);
            assertTrue(String.valueOf(e.getMessage()).contains("cannot reach http://127.0.0.1:" + port));
        }
    }

    @Test
    void addressHasToBeHttp() {
        for (String bad : List.of("127.0.0.1:8080", "ftp://x", "http:///x", "x")) {
            assertThrows(IllegalArgumentException.class, () -> GateClient.builder(URI.create(bad)), bad);
        }
    }
}
