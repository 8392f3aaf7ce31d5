package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.polywire.gate.host.DirectorySource;
import io.polywire.gate.message.ModuleRefs;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sections A5 to A7: lists, actions on modules, module sources. */
class ModuleTest {
    private static final String ID = "9b2f7a54-3c1d-4e8f-a0b1-c2d3e4f50617";

    private final Served server = new Served();

    @AfterEach
    void close() {
        server.close();
    }

    private static void code(int code, Http.Answer answer) {
        assertEquals(code, answer.code(), answer.body());
    }

    // ---- A5

    @Test
    void sourcesAreListedSortedForAnybody(@TempDir Path folder) throws IOException {
        Http.Answer answer = server.ask("GET", Served.MODULES);
        assertEquals("[\"sha384\"]\n", answer.body());
        assertEquals("application/json; charset=utf-8", answer.field("Content-Type"));
        assertEquals("public, max-age=3600", answer.field("Cache-Control"));
        try (Served more = new Served(GateSettings.DEFAULT.withSources(
                new DirectorySource("z", folder), new DirectorySource("dir", folder)))) {
            assertEquals(
                    "[\"dir\",\"sha384\",\"z\"]\n",
                    more.ask("GET", Served.MODULES).body());
        }
    }

    @Test
    void headOfAListIsItsHead() throws IOException {
        for (String path : List.of(Served.MODULES, Served.REFS, Served.INSTANCES)) {
            Http.Answer get = server.get(path);
            Http.Answer head = server.ask("HEAD", path, server.auth());
            assertEquals("200 ", head.code() + " " + head.body());
            assertEquals("application/json; charset=utf-8", head.field("Content-Type"));
            assertEquals(get.field("Content-Length"), head.field("Content-Length"));
        }
    }

    @Test
    void referencesAreListedSortedForTheirOwner() throws IOException {
        assertEquals("{\"modules\":[]}\n", server.get(Served.REFS).body());
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            byte[] module = Served.variant(Wasm.bytes("nop"));
            ids.add(WebApi.moduleKey(module));
            server.ref(module);
        }
        ids.sort(null);
        Http.Answer answer = server.get(Served.REFS);
        assertEquals(ids, ModuleRefs.parse(answer.octets()).ids());
        assertEquals("application/json; charset=utf-8", answer.field("Content-Type"));
        assertEquals(
                "{\"modules\":[]}\n",
                server.ask("GET", Served.REFS, "Authorization: " + new Key().bearer())
                        .body());
    }

    // ---- A6

    @Test
    void putChecksAndKeepsNothing() throws IOException {
        byte[] module = Served.variant(Wasm.bytes("hello"));
        Http.Answer answer = server.put(module, "");
        code(204, answer);
        assertNull(answer.field("Location"));
        code(404, server.get(Served.REFS + WebApi.moduleKey(module)));
    }

    @Test
    void putRefKeepsAReferenceAlsoTwice() throws IOException {
        byte[] module = Wasm.bytes("hello");
        for (int i = 0; i < 2; i++) {
            Http.Answer answer = server.put(module, "?action=ref");
            code(201, answer);
            assertNull(answer.field("Location"));
        }
        assertEquals(
                "{\"modules\":[{\"id\":\"" + WebApi.moduleKey(module) + "\"}]}\n",
                server.get(Served.REFS).body());
    }

    @Test
    void putCallStreamsAndLeavesNothing() throws IOException {
        Http.Answer answer = server.put(Wasm.bytes("hello"), "?action=call&function=main");
        assertEquals("200 hello, world\n", answer.code() + " " + answer.body());
        assertEquals("{\"state\":\"TERMINATED\"}", answer.status().toJson());
        assertEquals(36, answer.instance().length());
        assertEquals("X-Gate-Status", answer.field("Trailer"));
        assertNull(answer.field("Location"));
        assertEquals("{\"instances\":[]}\n", server.get(Served.INSTANCES).body());
        assertEquals("{\"modules\":[]}\n", server.get(Served.REFS).body());
    }

    @Test
    void refAndCallComeInAnyOrder() throws IOException {
        byte[] module = Served.variant(Wasm.bytes("hello"));
        for (String query :
                List.of("?action=ref&action=call&function=twice", "?action=call&function=twice&action=ref")) {
            Http.Answer answer = server.put(module, query);
            assertEquals("201 hello, world\nhello, world\n", answer.code() + " " + answer.body());
            assertEquals(Served.REFS + WebApi.moduleKey(module), answer.field("Location"));
        }
        assertEquals(1, ModuleRefs.parse(server.get(Served.REFS).octets()).ids().size());
    }

    @Test
    void putLaunchMakesAnInstance() throws IOException {
        Http.Answer answer = server.put(Wasm.bytes("spin"), "?action=launch&function=idle&debug=true");
        code(204, answer);
        assertNull(answer.field("Location"));
        assertEquals(
                "{\"instances\":[{\"instance\":\"" + answer.instance()
                        + "\",\"status\":{\"state\":\"RUNNING\"},\"debugging\":true}]}\n",
                server.get(Served.INSTANCES).body());
    }

    @Test
    void putRefAndLaunchMakesBoth() throws IOException {
        byte[] module = Wasm.bytes("spin");
        Http.Answer answer = server.put(module, "?action=launch&action=ref&function=idle");
        code(201, answer);
        assertEquals(Served.REFS + WebApi.moduleKey(module), answer.field("Location"));
        code(204, server.post(Served.INSTANCES + answer.instance() + "?action=status"));
        code(200, server.get(Served.REFS + WebApi.moduleKey(module)));
    }

    @Test
    void postCallNeedsTheOwnReference() throws IOException {
        String path = server.ref(Wasm.bytes("hello"));
        Http.Answer answer = server.post(path + "?action=call&function=main");
        assertEquals("200 hello, world\n", answer.code() + " " + answer.body());
        assertNull(answer.field("Location"));
        String other = "Authorization: " + new Key().bearer();
        assertEquals(
                404,
                server.ask("POST", path + "?action=call&function=main", other).code());
        assertEquals(404, server.ask("POST", path + "?action=launch", other).code());
    }

    @Test
    void postLaunchMakesAnInstance() throws IOException {
        String path = server.ref(Wasm.bytes("spin"));
        Http.Answer answer = server.post(path + "?action=launch&function=idle");
        code(204, answer);
        assertEquals(
                "{\"state\":\"RUNNING\"}",
                server.post(Served.INSTANCES + answer.instance() + "?action=status")
                        .status()
                        .toJson());
    }

    @Test
    void unrefRemovesTheReferenceOnly() throws IOException {
        String path = server.ref(Wasm.bytes("spin"));
        String instance = server.post(path + "?action=launch&function=idle").instance();
        code(204, server.post(path + "?action=unref"));
        code(404, server.post(path + "?action=unref"));
        code(404, server.get(path));
        assertEquals(
                "{\"state\":\"RUNNING\"}",
                server.post(Served.INSTANCES + instance + "?action=status")
                        .status()
                        .toJson());
    }

    @Test
    void moduleWithoutReferencesAndInstancesIsForgottenAndCanComeBack() throws IOException {
        byte[] module = Wasm.bytes("spin");
        String path = server.ref(module);
        String instance = server.post(path + "?action=launch&function=idle").instance();
        server.post(path + "?action=unref");
        assertEquals(1, server.door.host().moduleCount());
        server.post(Served.INSTANCES + instance + "?action=kill&action=wait");
        code(204, server.post(Served.INSTANCES + instance + "?action=delete"));
        assertEquals(0, server.door.host().moduleCount());
        server.ref(module);
        code(200, server.get(path));
    }

    @Test
    void downloadIsTheModule() throws IOException {
        byte[] module = new byte[300_000];
        System.arraycopy(Wasm.bytes("nop"), 0, module, 0, 8);
        module[8] = 0; // A custom section:
        int rest = module.length - 12; // its length in three octets,
        module[9] = (byte) (rest & 127 | 128);
        module[10] = (byte) (rest >> 7 & 127 | 128);
        module[11] = (byte) (rest >> 14);
        String path = server.ref(module); // an empty name, and zeros.
        Http.Answer get = server.get(path);
        code(200, get);
        assertArrayEquals(module, get.octets());
        assertEquals("application/wasm", get.field("Content-Type"));
        Http.Answer head = server.ask("HEAD", path, server.auth());
        assertEquals("300000", head.field("Content-Length"));
        assertEquals("application/wasm", head.field("Content-Type"));
        code(404, server.ask("GET", path, "Authorization: " + new Key().bearer()));
    }

    @Test
    void suspendWithLaunchRunsNothing() throws IOException {
        for (String[] row : new String[][] {{"start_export", "SUSPENDED"}, {"hello", "HALTED"}}) {
            for (String query : List.of("?action=launch&action=suspend", "?action=suspend&action=ref&action=launch")) {
                Http.Answer answer = server.put(Wasm.bytes(row[0]), query);
                assertEquals(query.contains("ref") ? 201 : 204, answer.code());
                Http.Answer status = server.post(Served.INSTANCES + answer.instance() + "?action=status");
                assertEquals("{\"state\":\"" + row[1] + "\"}", status.field("X-Gate-Status"));
            }
            String path = Served.REFS + WebApi.moduleKey(Wasm.bytes(row[0]));
            Http.Answer posted = server.post(path + "?action=suspend&action=launch");
            code(204, posted);
            Http.Answer status = server.post(Served.INSTANCES + posted.instance() + "?action=status");
            assertEquals("{\"state\":\"" + row[1] + "\"}", status.field("X-Gate-Status"));
        }
    }

    @Test
    void instanceIdMayBeGivenAndIsTheOwnersOnly() throws IOException {
        byte[] module = Wasm.bytes("spin");
        String query = "?action=launch&function=idle&instance=" + ID;
        assertEquals(ID, server.put(module, query).instance());
        Http.Answer again = server.put(module, query);
        assertEquals("400 duplicate instance id\n", again.code() + " " + again.body());
        code(204, server.put(module, query, "Authorization: " + new Key().bearer()));
        for (String bad :
                List.of("x", ID.replace("-4e8f", "-1e8f"), ID.replace("-", ""), ID.replace("-a0b1", "-c0b1"))) {
            Http.Answer answer = server.put(module, "?action=launch&instance=" + bad);
            assertEquals("400 instance id must be an RFC 4122 UUID version 4\n", answer.code() + " " + answer.body());
        }
    }

    @Test
    void gzipIsDecodedAndHashedDecoded() throws IOException {
        byte[] module = Served.variant(Wasm.bytes("hello"));
        Http.Answer answer = server.putAs(
                WebApi.moduleKey(module),
                gzip(module),
                "?action=call&function=main",
                server.auth(),
                "Content-Encoding: gzip");
        assertEquals("200 hello, world\n", answer.code() + " " + answer.body());
    }

    @Test
    void gzipBombsEndAtTheModuleLimit() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
            for (int i = 0; i < 33; i++) {
                out.write(new byte[1 << 20]);
            }
        }
        Http.Answer answer =
                server.putAs("x", bomb.toByteArray(), "?action=ref", server.auth(), "Content-Encoding: gzip");
        assertEquals("403 module size limit exceeded\n", answer.code() + " " + answer.body());
    }

    private static byte[] gzip(byte[] octets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(octets);
        }
        return out.toByteArray();
    }

    @Test
    void uploadsShareABudgetAndGiveItBack() throws IOException {
        long before = server.door.uploads().get();
        try (Http http = server.connect()) {
            byte[] module = Wasm.bytes("nop");
            http.head(
                    "PUT",
                    Served.REFS + WebApi.moduleKey(module),
                    "Content-Type: application/wasm",
                    "Content-Length: " + module.length,
                    "Expect: 100-continue");
            assertEquals(100, http.readHead().code());
            assertEquals(204, http.send(module).answer().code());
        }
        assertEquals(before, server.door.uploads().get());
        server.door.uploads().set(100);
        Http.Answer busy = server.put(Wasm.bytes("hello"), "");
        assertEquals("429 request rate limit exceeded\n", busy.code() + " " + busy.body());
        assertEquals("1", busy.field("Retry-After"));
        assertEquals(100, server.door.uploads().get());
    }

    // ---- A7

    @Test
    void modulesComeFromADirectory(@TempDir Path folder) throws IOException {
        byte[] module = Wasm.bytes("hello");
        Files.createDirectories(folder.resolve("a b"));
        Files.write(folder.resolve("a b/hello.wasm"), module);
        Files.write(folder.resolve("bad.wasm"), Wasm.bytes("type_error"));
        Files.write(folder.resolve("idle.wasm"), Wasm.bytes("spin"));
        Files.createSymbolicLink(folder.resolve("out"), folder.resolve(".."));
        try (Served other = new Served(GateSettings.DEFAULT.withSources(new DirectorySource("dir", folder)))) {
            String path = Served.MODULES + "dir/a%20b/hello.wasm";
            code(204, other.ask("POST", path));
            Http.Answer ref = other.post(path + "?action=ref");
            code(201, ref);
            assertEquals(Served.REFS + WebApi.moduleKey(module), ref.field("Location"));
            assertEquals(
                    1, ModuleRefs.parse(other.get(Served.REFS).octets()).ids().size());

            Http.Answer call = other.ask("POST", path + "?action=call&function=main");
            assertEquals("200 hello, world\n", call.code() + " " + call.body());
            Http.Answer both = other.post(path + "?action=call&action=ref&function=main");
            assertEquals(201, both.code());
            assertEquals(Served.REFS + WebApi.moduleKey(module), both.field("Location"));

            String idle = Served.MODULES + "dir/idle.wasm?action=launch&function=idle";
            code(401, other.ask("POST", idle));
            code(204, other.post(idle));
            code(201, other.post(idle + "&action=ref"));
            assertEquals(
                    "413 request content must be empty\n",
                    text(other.ask("POST", idle, other.auth(), "Content-Length: 1")));
            assertNotEquals(204, other.post(Served.MODULES + "dir/bad.wasm").code());
            for (String missing : List.of("x", "../x", "%2e%2e/x", "out/x", "a%20b", "%00")) {
                assertEquals("404 module not found\n", text(other.post(Served.MODULES + "dir/" + missing)));
            }
        }
    }

    @Test
    void sourcesHaveTheSizeLimit(@TempDir Path folder) throws IOException {
        try (var channel =
                FileChannel.open(folder.resolve("big"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), 32 << 20);
        }
        try (Served other = new Served(GateSettings.DEFAULT.withSources(new DirectorySource("dir", folder)))) {
            assertEquals("403 program size limit exceeded\n", text(other.post(Served.MODULES + "dir/big")));
        }
    }

    private static String text(Http.Answer answer) {
        return answer.code() + " " + answer.body();
    }
}
