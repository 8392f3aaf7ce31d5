package io.polywire.gate.door;

import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import io.polywire.gate.service.GuestService;
import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** A door on a free port of the loopback, and shortcuts to ask it. */
final class Served implements AutoCloseable {
    static final String MODULES = "/gate-0/module/";
    static final String REFS = "/gate-0/module/sha384/";
    static final String INSTANCES = "/gate-0/instance/";

    final GateDoor door;
    final Key key = new Key();
    private final Loops loops = Loops.open(1);
    private final Listener listener;

    Served(GateSettings settings) {
        this(settings, List.of());
    }

    Served(GateSettings settings, List<GuestService> services) {
        door = GateDoor.open(settings, services);
        listener = Listener.open(loops, new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), Doors.http(door));
    }

    Served() {
        this(GateSettings.DEFAULT);
    }

    Endpoint at() {
        return listener.endpoint();
    }

    int connections() {
        return listener.connections();
    }

    Http connect() throws IOException {
        return new Http(at());
    }

    /** Asks without a body and with nothing but the given header lines. */
    Http.Answer ask(String method, String target, String... fields) throws IOException {
        try (Http http = connect()) {
            return http.head(method, target, fields).answer();
        }
    }

    String auth() {
        return "Authorization: " + key.bearer();
    }

    Http.Answer get(String target) throws IOException {
        return ask("GET", target, auth());
    }

    Http.Answer post(String target) throws IOException {
        return ask("POST", target, auth());
    }

    /** Puts a module as the principal of this object. */
    Http.Answer put(byte[] module, String query) throws IOException {
        return put(module, query, auth());
    }

    /** Puts a module with the given header lines besides those that are needed. */
    Http.Answer put(byte[] module, String query, String... fields) throws IOException {
        return putAs(WebApi.moduleKey(module), module, query, fields);
    }

    Http.Answer putAs(String id, byte[] module, String query, String... fields) throws IOException {
        List<String> all = new ArrayList<>(List.of(fields));
        all.add("Content-Type: application/wasm");
        all.add("Content-Length: " + module.length);
        try (Http http = connect()) {
            return http.head("PUT", REFS + id + query, all.toArray(String[]::new))
                    .send(module)
                    .answer();
        }
    }

    /** Keeps a module and returns its path. */
    String ref(byte[] module) throws IOException {
        Http.Answer answer = put(module, "?action=ref");
        if (answer.code() != 201) {
            throw new AssertionError(answer.code() + " " + answer.body());
        }
        return REFS + WebApi.moduleKey(module);
    }

    /** Launches a program and returns its path. */
    String launch(String program, String function) throws IOException {
        String query = function.isEmpty() ? "?action=launch" : "?action=launch&function=" + function;
        Http.Answer answer = put(Wasm.bytes(program), query);
        if (answer.code() != 204) {
            throw new AssertionError(answer.code() + " " + answer.body());
        }
        return INSTANCES + answer.instance();
    }

    /** Sends input to a new connection of an instance and returns what comes. */
    Http.Answer io(String instance, String input) throws IOException {
        try (Http http = connect()) {
            http.head("POST", instance + "?action=io", auth(), "Content-Length: " + input.length());
            return http.send(input.getBytes(StandardCharsets.UTF_8)).answer();
        }
    }

    /** The module with something in it that makes it another one. */
    static byte[] variant(byte[] module) {
        byte[] random = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(module);
        out.write(0); // A custom section
        out.write(random.length + 2); // of so many octets:
        out.write(1); // a name of one
        out.write('v');
        out.writeBytes(random);
        return out.toByteArray();
    }

    /** Waits for what comes from elsewhere. */
    static void eventually(String what, BooleanSupplier condition) throws TimeoutException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new TimeoutException(what);
            }
            Thread.sleep(2); // There is no event to wait for.
        }
    }

    @Override
    public void close() {
        listener.close();
        loops.close();
        door.close();
    }
}
