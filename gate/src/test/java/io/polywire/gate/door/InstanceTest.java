package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.Debug;
import io.polywire.gate.message.Instances;
import io.polywire.gate.message.ModuleRefs;
import io.polywire.gate.message.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sections A5, A10 and A11: instances, what can be done with them, and debugging. */
class InstanceTest {
    private final Served server = new Served();

    @AfterEach
    void close() {
        server.close();
    }

    private String action(String path, String query) throws IOException {
        Http.Answer answer = server.post(path + "?action=" + query);
        String status = answer.field("X-Gate-Status");
        return answer.code()
                + (answer.code() == 204
                        ? status == null ? "" : " " + status
                        : " " + answer.body().strip());
    }

    @Test
    void listIsSortedAndTellsWhatTheyDo() throws IOException {
        String running = server.launch("spin", "idle");
        String halted = server.launch("exit", "ret1");
        action(halted, "wait");
        List<String> paths = List.of(running, halted).stream().sorted().toList();
        List<Instances.Item> items =
                Instances.parse(server.get(Served.INSTANCES).octets()).instances();
        assertEquals(
                paths, items.stream().map(i -> Served.INSTANCES + i.instance()).toList());
        for (Instances.Item item : items) {
            boolean runs = running.endsWith(item.instance());
            assertEquals(runs ? State.RUNNING : State.HALTED, item.status().state());
            assertEquals(runs ? 0 : 1, item.status().result());
            assertEquals(false, item.isTransient());
        }
        assertEquals(
                "{\"instances\":[]}\n",
                server.ask("GET", Served.INSTANCES, "Authorization: " + new Key().bearer())
                        .body());
    }

    @Test
    void unknownDeletedAndForeignInstancesAreNotFound() throws IOException {
        String path = server.launch("spin", "idle");
        String foreign = "Authorization: " + new Key().bearer();
        for (String one : List.of("status", "wait", "kill", "suspend", "resume", "snapshot", "delete", "io")) {
            String query = "?action=" + one;
            assertEquals(
                    "instance not found\n",
                    server.ask("POST", path + query, foreign).body());
            assertEquals(404, server.post(Served.INSTANCES + "x" + query).code());
        }
        assertEquals("204 {\"state\":\"KILLED\"}", action(path, "kill&action=wait"));
        assertEquals("204", action(path, "delete"));
        assertEquals("404 instance not found", action(path, "status"));
        assertEquals("404 instance not found", action(path, "delete"));
    }

    @Test
    void launchedInstancesRunOn() throws IOException {
        String path = server.launch("spin", "idle");
        assertEquals("204 {\"state\":\"RUNNING\"}", action(path, "status"));
    }

    @Test
    void waitAnswersWhenItStops() throws IOException {
        String path = server.launch("spin", "idle");
        try (Http http = server.connect()) {
            http.head("POST", path + "?action=wait", server.auth());
            assertEquals("204", action(path, "kill"));
            Http.Answer answer = http.answer();
            assertEquals("204 KILLED", answer.code() + " " + answer.status().state());
        }
        assertEquals("204 {\"state\":\"KILLED\"}", action(path, "wait")); // At once.
    }

    @Test
    void killAndSuspendAnswerAtOnceWithoutStatus() throws IOException {
        String path = server.launch("spin", "main");
        assertEquals("204", action(path, "suspend"));
        assertEquals("204 {\"state\":\"SUSPENDED\"}", action(path, "wait"));
        assertEquals("204", action(path, "kill")); // A stopped one keeps its status.
        assertEquals("204 {\"state\":\"SUSPENDED\"}", action(path, "kill&action=wait"));
        assertEquals("204 {\"state\":\"SUSPENDED\"}", action(path, "wait&action=suspend"));
        assertEquals("204", action(path, "resume"));
        assertEquals("204", action(path, "kill"));
        assertEquals("204 {\"state\":\"KILLED\"}", action(path, "wait"));
        assertEquals("204 {\"state\":\"KILLED\"}", action(path, "suspend&action=wait"));
    }

    @Test
    void killedInstancesStayListedUntilDeleted() throws IOException {
        String path = server.launch("spin", "idle");
        action(path, "kill&action=wait");
        assertEquals(
                1,
                Instances.parse(server.get(Served.INSTANCES).octets())
                        .instances()
                        .size());
        assertEquals("204", action(path, "delete"));
        assertEquals("{\"instances\":[]}\n", server.get(Served.INSTANCES).body());
    }

    @Test
    void suspendedInstanceGoesOnWhereItWas() throws IOException {
        String path = server.launch("counter", "serve");
        assertEquals("1 1\n", server.io(path, "").body());
        assertEquals("204 {\"state\":\"SUSPENDED\"}", action(path, "suspend&action=wait"));
        assertEquals(409, server.io(path, "").code());
        assertEquals("204", action(path, "resume"));
        assertEquals("2 2\n", server.io(path, "").body());
    }

    @Test
    void haltedInstanceRunsTheNamedFunctionInTheSameMemory() throws IOException {
        String path = server.launch("counter", "inc");
        assertEquals("204 {\"state\":\"HALTED\"}", action(path, "wait"));
        assertEquals("204", action(path, "resume&function=inc"));
        assertEquals("204 {\"state\":\"HALTED\"}", action(path, "wait"));
        assertEquals("204", action(path, "resume&function=inc&debug=true"));
        action(path, "wait");
        assertEquals("204", action(path, "resume&function=odd"));
        assertEquals("204 {\"state\":\"HALTED\",\"result\":1}", action(path, "wait"));
        action(path, "resume&function=get");
        assertEquals("3 3\n", server.io(path, "").body());
    }

    @Test
    void resumeChecksStateAndFunction() throws IOException {
        String path = server.launch("spin", "idle");
        assertEquals("400 instance must be suspended or halted", action(path, "resume"));
        action(path, "suspend&action=wait");
        assertEquals("400 function specified for suspended instance", action(path, "resume&function=main"));
        String halted = server.launch("exit", "ret0");
        action(halted, "wait");
        assertEquals("400 function must be specified when resuming halted instance", action(halted, "resume"));
        assertEquals(
                "404 function not exported or it cannot be used as entry function",
                action(halted, "resume&function=nosuch"));
        assertEquals("204 {\"state\":\"HALTED\"}", action(halted, "status"));
        String over = server.launch("exit", "exit1");
        assertEquals("204 {\"state\":\"TERMINATED\",\"result\":1}", action(over, "wait"));
        assertEquals("400 instance must be suspended or halted", action(over, "resume"));
    }

    @Test
    void runningInstanceCannotBeDeleted() throws IOException {
        String path = server.launch("spin", "idle");
        assertEquals("400 instance must not be running", action(path, "delete"));
        assertEquals("204 {\"state\":\"RUNNING\"}", action(path, "status"));
    }

    @Test
    void snapshotIsANewModuleOfTheCaller() throws IOException {
        String path = server.launch("counter", "serve");
        assertEquals("1 1\n", server.io(path, "").body());
        Http.Answer answer = server.post(path + "?action=snapshot");
        assertEquals(201, answer.code());
        String module = String.valueOf(answer.field("Location"));
        assertTrue(module.startsWith(Served.REFS));
        assertEquals(
                List.of(module.substring(Served.REFS.length())),
                ModuleRefs.parse(server.get(Served.REFS).octets()).ids());
        assertEquals("204 {\"state\":\"RUNNING\"}", action(path, "status")); // It goes on.
        assertEquals("2 2\n", server.io(path, "").body());

        String copy = Served.INSTANCES + server.post(module + "?action=launch").instance();
        assertEquals("2 2\n", server.io(copy, "").body());
    }

    @Test
    void snapshotMovesToAnotherServer() throws IOException {
        String path = server.launch("counter", "serve");
        server.io(path, "");
        action(path, "suspend&action=wait");
        String module = String.valueOf(server.post(path + "?action=snapshot").field("Location"));
        byte[] octets = server.get(module).octets();
        try (Served other = new Served()) {
            String there =
                    Served.INSTANCES + other.put(octets, "?action=launch").instance();
            assertEquals("2 2\n", other.io(there, "").body());
        }
    }

    @Test
    void snapshotOfWhatHasEndedLaunchesIntoItsEnd() throws IOException {
        String killed = server.launch("spin", "idle");
        action(killed, "kill&action=wait");
        String module = String.valueOf(server.post(killed + "?action=snapshot").field("Location"));
        String copy = Served.INSTANCES + server.post(module + "?action=launch").instance();
        assertEquals("204 {\"state\":\"KILLED\"}", action(copy, "wait"));
    }

    @Test
    void causesAreTold() throws IOException {
        String deficient = server.launch("exit", "deficient");
        assertEquals("204 {\"state\":\"SUSPENDED\",\"cause\":\"ABI_DEFICIENCY\"}", action(deficient, "wait"));
        String bad = server.launch("exit", "bad_size");
        Http.Answer answer = server.post(bad + "?action=wait");
        assertEquals(Cause.ABI_VIOLATION, answer.status().cause());
        assertEquals("runtime: invalid op packet size: 7", answer.status().error());
    }

    // ---- A11

    private Http.Answer debug(String path, String request) throws IOException {
        byte[] body = request.getBytes(StandardCharsets.UTF_8);
        try (Http http = server.connect()) {
            http.head(
                    "POST",
                    path + "?action=debug",
                    server.auth(),
                    "Content-Type: application/json",
                    "Content-Length: " + body.length);
            return http.send(body).answer();
        }
    }

    @Test
    void debugNeedsJson() throws IOException {
        String path = server.launch("spin", "idle");
        assertEquals("415 unsupported content type", action(path, "debug"));
        for (String bad :
                List.of("", "x", "[]", "{\"op\":\"x\"}", "{\"config\":{\"breakpoints\":{\"offsets\":[-1]}}}")) {
            Http.Answer answer = debug(path, bad);
            assertEquals("400 content parse error\n", answer.code() + " " + answer.body());
        }
        assertEquals(501, debug(path, "{\"op\":7}").code());
        assertEquals(404, debug(Served.INSTANCES + "x", "{}").code());
    }

    @Test
    void configurationIsReadWhileItRunsAndChangedWhenItIsStopped() throws IOException {
        String path = server.launch("spin", "main");
        Http.Answer running = debug(path, "{\"op\":0}");
        assertEquals(200, running.code(), running.body());
        assertEquals("application/json; charset=utf-8", running.field("Content-Type"));
        assertTrue(running.body().contains("\"status\":{\"state\":1}"), running.body());
        for (int op = 1; op <= 6; op++) {
            assertEquals(
                    "instance must be stopped\n",
                    debug(path, "{\"op\":" + op + "}").body());
        }
        action(path, "suspend&action=wait");
        assertEquals(List.of(40L, 50L), config(path, 1, "[50,40,50]"));
        assertEquals(List.of(40L, 50L, 60L), config(path, 2, "[60]"));
        assertEquals(List.of(50L, 60L), config(path, 3, "[40,99]"));
        assertEquals(List.of(50L, 60L), config(path, 0, "[]"));
        StringBuilder many = new StringBuilder("[0");
        for (int i = 1; i <= 100; i++) {
            many.append(',').append(i);
        }
        assertEquals("too many breakpoints\n", debug(path, body(1, many + "]")).body());
    }

    private List<Long> config(String path, int op, String offsets) throws IOException {
        Http.Answer answer = debug(path, body(op, offsets));
        assertEquals(200, answer.code(), answer.body());
        Debug.Response response = Debug.Response.parse(answer.octets());
        assertEquals(State.SUSPENDED, response.status().state());
        assertTrue(response.module().startsWith("sha384/"));
        return response.config().breakpoints();
    }

    private static String body(int op, String offsets) {
        return "{\"op\":" + op + ",\"config\":{\"breakpoints\":{\"offsets\":" + offsets + "}}}";
    }

    @Test
    void stackGlobalsAndMemoryOfAStoppedInstanceAreRead() throws IOException {
        String path = server.launch("spin", "main");
        action(path, "suspend&action=wait");
        String stack = new String(
                Debug.Response.parse(debug(path, "{\"op\":6}").octets()).data(), StandardCharsets.UTF_8);
        assertTrue(stack.contains("main"), stack);
        assertEquals(
                16,
                Debug.Response.parse(
                                debug(path, "{\"op\":5,\"addr\":0,\"size\":16}").octets())
                        .data()
                        .length);
        assertEquals(
                400, debug(path, "{\"op\":5,\"addr\":4294967295,\"size\":1}").code());
        assertEquals(
                400, debug(path, "{\"op\":5,\"addr\":0,\"size\":2147483647}").code());
        String globals = server.launch("globals", "inc");
        action(globals, "wait");
        assertEquals(
                32, Debug.Response.parse(debug(globals, "{\"op\":4}").octets()).data().length);
        assertNull(server.post(globals + "?action=delete").field("X-Gate-Status"));
    }

    @Test
    void deletedInstanceIsNoMoreWhileItIsSaved() throws IOException {
        for (int i = 0; i < 20; i++) {
            String path = server.launch("exit", "ret0");
            action(path, "wait");
            assertEquals("204", action(path, "delete"));
        }
        assertEquals(0, server.door.host().instanceCount());
        assertEquals(0, server.door.host().moduleCount());
        assertEquals(0, server.door.host().storage().load().instances().size());
    }
}
