package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section A3: texts of errors, and in which order things are checked. */
@TestInstance(Lifecycle.PER_CLASS)
class RefusalTest {
    private static final String KEY = "A".repeat(64);
    private static final String UUID = "00000000-0000-4000-8000-000000000000";

    private final Served server = new Served();

    @AfterAll
    void close() {
        server.close();
    }

    private static void refused(int code, String text, Http.Answer answer) {
        assertEquals(code + " " + text + "\n", answer.code() + " " + answer.body());
        assertEquals("text/plain; charset=utf-8", answer.field("Content-Type"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    GET  | module/?x=1                                                | 400 | unexpected query parameters
                    GET  | module/sha384/?x                                           | 400 | unexpected query parameters
                    GET  | instance/?action=list                                      | 400 | unexpected query parameters
                    GET  | module/sha384/KEY?x=1                                      | 400 | unexpected query parameters
                    POST | module/sha384/KEY?action=call&x=1                          | 400 | unexpected query parameters
                    POST | module/sha384/KEY?action=call&instance=UUID                | 400 | unexpected query parameters
                    POST | module/sha384/KEY?action=unref&function=x                  | 400 | unexpected query parameters
                    POST | instance/UUID?action=status&function=x                     | 400 | unexpected query parameters
                    POST | instance/UUID?action=wait&x=1                              | 400 | unexpected query parameters
                    POST | instance/UUID?action=kill&debug=true                       | 400 | unexpected query parameters
                    POST | module/sha384/KEY?action=%zz                               | 400 | query string decode error
                    POST | instance/UUID?action=status%2                              | 400 | query string decode error
                    POST | module/sha384/KEY                                          | 400 | missing query parameter: action
                    POST | module/sha384/KEY?function=main                            | 400 | missing query parameter: action
                    POST | instance/UUID                                              | 400 | missing query parameter: action
                    GET  | instance/UUID                                              | 400 | missing query parameter: action
                    POST | module/sha384/KEY?action=call&action=call                  | 400 | duplicate query parameter
                    POST | module/sha384/KEY?action=call&action=launch                | 400 | duplicate query parameter
                    POST | module/sha384/KEY?action=call&function=a&function=b        | 400 | duplicate query parameter
                    POST | module/sha384/KEY?action=launch&instance=a&instance=b      | 400 | duplicate query parameter
                    POST | instance/UUID?action=kill&action=suspend                   | 400 | duplicate query parameter
                    POST | instance/UUID?action=wait&action=wait                      | 400 | duplicate query parameter
                    POST | instance/UUID?action=resume&action=wait                    | 400 | duplicate query parameter
                    POST | instance/UUID?action=resume&debug=true&debug=true          | 400 | duplicate query parameter
                    POST | module/sha384/KEY?action=call&function=a%20b               | 400 | invalid function name: "a b"
                    POST | module/sha384/KEY?action=launch&function=a+b               | 400 | invalid function name: "a b"
                    POST | module/sha384/KEY?action=call&function=%C3%A9%22%5C%00     | 400 | invalid function name: "é\\"\\\\\\x00"
                    POST | instance/UUID?action=resume&function=a%2Fb                 | 400 | invalid function name: "a/b"
                    POST | module/sha384/KEY?action=bad                               | 501 | unsupported action
                    POST | module/sha384/KEY?action=ref                               | 501 | unsupported action
                    POST | module/sha384/KEY?action=suspend                           | 501 | unsupported action
                    POST | module/sha384/KEY?action=call&action=suspend               | 501 | unsupported action
                    GET  | module/sha384/KEY?action=ref                               | 501 | unsupported action
                    GET  | module/sha384/KEY?action=launch                            | 501 | unsupported action
                    GET  | instance/UUID?action=status                                | 501 | unsupported action
                    POST | instance/UUID?action=bad                                   | 501 | unsupported action
                    POST | instance/UUID?action=call                                  | 501 | unsupported action
                    GET  | module/sha384/KEY?action=call                              | 400 | bad request
                    GET  | instance/UUID?action=io                                    | 400 | bad request
                    """)
    void parametersAreCheckedBeforeTheToken(String method, String target, int code, String text) throws IOException {
        String path = "/gate-0/" + target.replace("KEY", KEY).replace("UUID", UUID);
        Http.Answer answer = server.ask(method, path);
        refused(code, text, answer);
        assertEquals(code == 501 ? "public, max-age=3600" : null, answer.field("Cache-Control"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-b._9", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""})
    void functionNamesOf31LettersDigitsDashDotUnderscoreAreNames(String name) throws IOException {
        refused(404, "module not found", server.post(Served.REFS + KEY + "?action=call&function=" + name));
    }

    @Test
    void functionNameOf32CharactersIsNone() throws IOException {
        String name = "x".repeat(32);
        refused(
                400,
                "invalid function name: \"" + name + "\"",
                server.post(Served.REFS + KEY + "?action=call&function=" + name));
    }

    @Test
    void textIsOnlySentToWhoAcceptsIt() throws IOException {
        String path = "/gate-0/nothing";
        for (String accept : new String[] {"text/plain", "text/*;q=0.1", "image/png, */*"}) {
            refused(404, "not found", server.ask("GET", path, "Accept: " + accept));
        }
        Http.Answer answer = server.ask("GET", path, "Accept: image/png, application/json");
        assertEquals("404 ", answer.code() + " " + answer.body());
        assertNull(answer.field("Content-Type"));
    }

    @Test
    void jsonHasToBeAccepted() throws IOException {
        refused(406, "not acceptable", server.ask("GET", Served.MODULES, "Accept: text/plain"));
        for (String accept : new String[] {"application/json;q=1", "text/html, application/*", "*/*"}) {
            assertEquals(
                    200, server.ask("GET", Served.MODULES, "Accept: " + accept).code());
        }
        assertEquals(
                200,
                server.ask("GET", Served.MODULES, "Accept: text/html", "Accept: application/json")
                        .code());
        refused(406, "not acceptable", server.ask("GET", Served.REFS + KEY, "Accept: application/json, text/plain"));
        assertEquals(
                401,
                server.ask("GET", Served.REFS + KEY, "Accept: application/wasm").code());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    415 | unsupported content type        | Content-Length: 0
                    415 | unsupported content type        | Content-Type: application/octet-stream; Content-Length: 0
                    400 | duplicate header: Content-Type  | Content-Type: application/wasm; Content-Type: application/wasm; Content-Length: 0
                    411 | length required                 | Content-Type: application/wasm; Transfer-Encoding: chunked
                    400 | unsupported content encoding    | Content-Type: application/wasm; Content-Length: 0; Content-Encoding: br
                    400 | unsupported content encoding    | Content-Type: application/wasm; Content-Length: 0; Content-Encoding: gzip; Content-Encoding: gzip
                    """)
    void contentOfUploadsIsChecked(int code, String text, String fields) throws IOException {
        Http.Answer answer = server.ask("PUT", Served.REFS + KEY + "?action=ref", fields.split("; "));
        refused(code, text, answer);
        assertEquals(text.endsWith("encoding") ? "gzip" : null, answer.field("Accept-Encoding"));
    }

    @Test
    void contentTypeOfUploadsMayHaveParameters() throws IOException {
        byte[] module = Wasm.bytes("nop");
        try (Http http = server.connect()) {
            http.head(
                    "PUT",
                    Served.REFS + WebApi.moduleKey(module),
                    "Content-Type: application/wasm ; x=y",
                    "Content-Length: " + module.length);
            assertEquals(204, http.send(module).answer().code());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"module/sha384/KEY?action=unref", "module/sha384/KEY?action=launch"})
    void contentMustBeEmptyWhereThereIsNone(String target) throws IOException {
        String path = "/gate-0/" + target.replace("KEY", KEY);
        refused(413, "request content must be empty", server.ask("POST", path, "Content-Length: 1"));
        refused(413, "request content must be empty", server.ask("POST", path, "Transfer-Encoding: chunked"));
        refused(404, "module not found", server.ask("POST", path, "Content-Length: 0", server.auth()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "wait", "kill", "suspend", "resume", "snapshot", "delete"})
    void actionsOnInstancesTakeNoContent(String action) throws IOException {
        String path = Served.INSTANCES + UUID + "?action=" + action;
        refused(413, "request content must be empty", server.ask("POST", path, "Content-Length: 1"));
    }

    @Test
    void whatTheServerIsAtFaultForIsAnInternalError(@TempDir Path folder) throws IOException {
        try (Served broken = new Served(GateSettings.DEFAULT.withData(folder))) {
            String path = broken.ref(Wasm.bytes("spin"));
            broken.door.host().storage().close();
            refused(500, "internal server error", broken.put(Wasm.bytes("hello"), "?action=ref"));
            refused(500, "internal server error", broken.post(path + "?action=launch&function=idle"));
        }
    }

    @Test
    void unrefMustNotHaveAContentType() throws IOException {
        refused(
                415,
                "unsupported content type",
                server.ask("POST", Served.REFS + KEY + "?action=unref", "Content-Type: text/plain"));
    }

    @Test
    void damagedGzipIsADecodeError() throws IOException {
        refused(400, "content decode error", server.put(Wasm.bytes("nop"), "", "Content-Encoding: gzip"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    bad_import      | import function not supported: "env" "no_such_function"
                    bad_signature   | function wasi_snapshot_preview1.proc_exit (i32) imported with wrong signature (i64)
                    import_global   | import global not supported: "env" "g"
                    import_memory   | import kind not supported: memory
                    """)
    void badModulesAreRefusedWithTheReason(String program, String text) throws IOException {
        refused(400, text, server.put(Wasm.bytes(program), "?action=ref"));
        refused(400, text, server.put(Wasm.bytes(program), "?action=launch"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"truncated", "bad_magic", "bad_version", "bad_start_index", "type_error", "section_order"})
    void malformedModulesAreRefusedWithSomeText(String program) throws IOException {
        Http.Answer answer = server.put(Wasm.bytes(program), "?action=ref");
        assertEquals(400, answer.code());
        assertTrue(answer.body().length() > 1, "no text");
    }

    @Test
    void failedUploadsLeaveNothing() throws IOException {
        try (Served fresh = new Served()) {
            fresh.put(Wasm.bytes("type_error"), "?action=ref");
            fresh.put(Wasm.bytes("hello"), "?action=ref&action=launch&function=nosuch");
            fresh.put(Wasm.bytes("big_memory"), "?action=ref&action=launch&function=main");
            fresh.put(Wasm.bytes("hello"), "?action=ref&action=launch&function=main&instance=bad");
            assertEquals("{\"modules\":[]}\n", fresh.get(Served.REFS).body());
            assertEquals("{\"instances\":[]}\n", fresh.get(Served.INSTANCES).body());
            assertEquals(0, fresh.door.host().moduleCount());
        }
    }

    @Test
    void sizeLimitIsTheFirstThingBehindTheToken() throws IOException {
        String length = "Content-Length: " + ((32 << 20) + 1);
        String type = "Content-Type: application/wasm";
        String path = Served.REFS + KEY + "?action=ref";
        refused(401, "missing authentication credentials", server.ask("PUT", path, type, length));
        refused(403, "module size limit exceeded", server.ask("PUT", path, type, length, server.auth()));
    }

    @Test
    void initialMemoryOverTheLimitIsForbidden() throws IOException {
        refused(
                403,
                "initial program memory size exceeds instance memory size limit",
                server.put(Wasm.bytes("big_memory"), "?action=launch&function=main"));
    }

    @Test
    void knownModulesAreComparedByLengthAndThenByHash() throws IOException {
        byte[] module = Served.variant(Wasm.bytes("hello"));
        String id = WebApi.moduleKey(module);
        byte[] other = module.clone();
        other[other.length - 1] ^= 1;
        refused(400, "module hash does not match content", server.putAs(id, other, "", server.auth()));
        server.ref(module);
        refused(400, "module hash does not match content", server.putAs(id, other, "", server.auth()));
        byte[] shorter = Arrays.copyOf(module, module.length - 1);
        refused(400, "invalid module content", server.putAs(id, shorter, "", server.auth()));
    }

    @Test
    void unknownModulesAreDecodedBeforeTheHashIsCompared() throws IOException {
        refused(
                400,
                "import global not supported: \"env\" \"g\"",
                server.putAs(KEY, Wasm.bytes("import_global"), "", server.auth()));
        refused(400, "module hash does not match content", server.putAs(KEY, Wasm.bytes("nop"), "", server.auth()));
        refused(400, "module hash does not match content", server.putAs("%%%", Wasm.bytes("nop"), "", server.auth()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    hello        | nosuch     | function not exported or it cannot be used as entry function
                    hello        | with_param | function not exported or it cannot be used as entry function
                    start_export | other      | entry function may not be specified for program with _start function
                    """)
    void functionsThatCannotBeEntriesAreNotFound(String program, String function, String text) throws IOException {
        refused(404, text, server.put(Wasm.bytes(program), "?action=call&function=" + function));
        refused(404, text, server.put(Wasm.bytes(program), "?action=launch&function=" + function));
    }

    @Test
    void functionIsNoneOfASuspendedInstances() throws IOException {
        refused(
                400,
                "function cannot be specified for suspended instance",
                server.put(Wasm.bytes("hello"), "?action=launch&action=suspend&function=main"));
    }

    @Test
    void lyingContentLengthHurtsNobody() throws IOException {
        try (Http http = server.connect()) {
            http.head("PUT", Served.REFS + KEY, "Content-Type: application/wasm", "Content-Length: 30000000");
            http.send("short".getBytes(StandardCharsets.UTF_8));
        }
        try (Http http = server.connect()) {
            byte[] module = Wasm.bytes("nop");
            http.head("PUT", Served.REFS + KEY, "Content-Type: application/wasm", "Content-Length: 4");
            assertEquals(400, http.send(module).answer().code());
        }
    }
}
