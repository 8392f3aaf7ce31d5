package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.host.HostSettings;
import io.polywire.gate.host.Limits;
import io.polywire.gate.program.Wasm;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Section A12: what each principal may have. */
class LimitsTest {
    private static final Limits LARGE = Limits.DEFAULT;

    private static Served served(Limits limits) {
        return new Served(GateSettings.DEFAULT.withHost(HostSettings.DEFAULT.withLimits(limits)));
    }

    private static void reached(Http.Answer answer) {
        assertEquals("403 resource limit reached\n", answer.code() + " " + answer.body());
    }

    @Test
    void modules() throws IOException {
        try (Served server = served(LARGE.withCounts(2, 100, 100))) {
            String first = server.ref(Served.variant(Wasm.bytes("nop")));
            byte[] second = Served.variant(Wasm.bytes("nop"));
            server.ref(second);
            reached(server.put(Served.variant(Wasm.bytes("nop")), "?action=ref"));
            reached(server.put(Served.variant(Wasm.bytes("hello")), "?action=ref&action=call&function=main"));
            assertEquals(0, server.door.host().instanceCount());
            assertEquals(201, server.put(second, "?action=ref").code(), "what is there is no new one");
            String other = "Authorization: " + new Key().bearer();
            assertEquals(201, server.put(second, "?action=ref", other).code(), "others have their own");
            server.post(first + "?action=unref");
            server.ref(Served.variant(Wasm.bytes("nop")));
        }
    }

    @Test
    void runningInstances() throws IOException {
        try (Served server = served(LARGE.withCounts(100, 100, 1))) {
            String first = server.launch("spin", "idle");
            reached(server.put(Wasm.bytes("spin"), "?action=launch&function=idle"));
            reached(server.put(Wasm.bytes("hello"), "?action=call&function=main"));
            assertEquals(
                    204,
                    server.put(Wasm.bytes("hello"), "?action=launch&action=suspend")
                            .code());
            server.post(first + "?action=suspend&action=wait");
            String second = server.launch("spin", "idle");
            reached(server.post(first + "?action=resume"));
            server.post(second + "?action=kill&action=wait");
            assertEquals(204, server.post(first + "?action=resume").code());
        }
    }

    @Test
    void instances() throws IOException {
        try (Served server = served(LARGE.withCounts(100, 1, 100))) {
            String only = server.launch("exit", "ret0");
            server.post(only + "?action=wait");
            reached(server.put(Wasm.bytes("hello"), "?action=launch&action=suspend"));
            server.post(only + "?action=delete");
            server.launch("exit", "ret0");
        }
    }

    @Test
    void storage() throws IOException {
        byte[] module = Wasm.bytes("counter");
        try (Served server = served(LARGE.withSizes(module.length + 100L, 1 << 30))) {
            server.ref(module);
            reached(server.put(Wasm.bytes("hello"), "?action=ref"));
        }
    }

    @Test
    void memory() throws IOException {
        try (Served server = served(LARGE.withSizes(1 << 30, 65536))) {
            server.launch("spin", "idle");
            reached(server.put(Wasm.bytes("spin"), "?action=launch&function=idle"));
        }
    }

    @Test
    void requestsInASecond() throws IOException {
        try (Served server = served(LARGE.withRates(Duration.ZERO, 1))) {
            int refused = 0;
            for (int i = 0; i < 20; i++) {
                Http.Answer answer = server.get(Served.REFS);
                if (answer.code() == 429) {
                    refused++;
                    assertEquals("request rate limit exceeded\n", answer.body());
                    assertTrue(Integer.parseInt(String.valueOf(answer.field("Retry-After"))) >= 1);
                }
            }
            assertTrue(refused > 0);
            String other = "Authorization: " + new Key().bearer();
            assertEquals(200, server.ask("GET", Served.REFS, other).code(), "others are not hurt");
        }
    }

    @Test
    void processorTime() throws Exception {
        try (Served server = served(LARGE.withRates(Duration.ofMillis(200), 0))) {
            String path = server.launch("spin", "main");
            Http.Answer answer = server.post(path + "?action=wait"); // It is suspended in time.
            assertEquals("{\"state\":\"SUSPENDED\"}", answer.status().toJson());
            Http.Answer refused = server.put(Wasm.bytes("spin"), "?action=launch&function=main");
            assertEquals("429 request rate limit exceeded\n", refused.code() + " " + refused.body());
            assertTrue(Integer.parseInt(String.valueOf(refused.field("Retry-After"))) >= 1);
            assertEquals(429, server.post(path + "?action=resume").code());
        }
    }

    @Test
    void linearMemoryGrowsToTheLimitOfPrograms() throws IOException {
        try (Served server = new Served()) {
            Http.Answer answer = server.put(Wasm.bytes("traps"), "?action=call&function=grow");
            assertEquals("TERMINATED", answer.status().state().name());
        }
    }
}
