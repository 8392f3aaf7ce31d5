package io.polywire.gate.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.polywire.codec.Payloads;
import io.polywire.gate.host.GateHost;
import io.polywire.gate.host.HostSettings;
import io.polywire.gate.host.LaunchRequest;
import io.polywire.gate.program.Program;
import io.polywire.gate.program.ProgramLimits;
import io.polywire.gate.program.Programs;
import io.polywire.gate.program.Wasm;
import io.polywire.gate.storage.MemoryStorage;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import io.polywire.router.Identity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Functions of modules as procedures, and instances and modules managed through the realm. */
@Timeout(60)
class ModuleProceduresTest {
    private static final Identity GATE = new Identity("gate", "trusted", "internal", "gate", Map.of());

    private RealmFixture fixture;
    private Programs programs;
    private ModuleProcedures procedures;

    @BeforeEach
    void open() throws Exception {
        fixture = new RealmFixture();
        programs = new Programs(ProgramLimits.DEFAULT, List.of(), 2);
        procedures = new ModuleProcedures(
                fixture.realm(),
                programs,
                GATE,
                List.of(
                        procedure("com.echo", "echo", "main"),
                        procedure("com.echo.cbor", "echo", "main").encoding(Serialization.CBOR),
                        procedure("com.hello", "hello", "main"),
                        procedure("com.nothing", "exit", "ret0"),
                        procedure("com.failing", "exit", "ret1"),
                        procedure("com.trap", "traps", "div_zero"),
                        procedure("com.deep", "traps", "stack_overflow"),
                        procedure("com.slow", "spin", "main").timeout(Duration.ofMillis(100)),
                        procedure("com.endless", "spin", "main"),
                        procedure("com.resident", "echo", "serve").asResident()));
        procedures.ready().get(20, TimeUnit.SECONDS);
    }

    private static ModuleProcedure procedure(String uri, String program, String function) {
        return ModuleProcedure.of(uri, Wasm.program(program), function);
    }

    @AfterEach
    void close() {
        procedures.close();
        programs.close();
        fixture.close();
    }

    private static List<?> args(Message m) {
        return Payloads.args(assertInstanceOf(Message.Result.class, m).payload());
    }

    private static String error(Message m) {
        Message.ErrorMessage e = assertInstanceOf(Message.ErrorMessage.class, m);
        return e.error() + " " + Payloads.args(e.payload());
    }

    @Test
    void theInputIsOneDocumentOfArgsKwargsAndDetailsAndTheOutputTheResult() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        for (String uri : List.of("com.echo", "com.echo.cbor", "com.resident")) {
            List<?> document = (List<?>) args(caller.call(uri, 1L, "x")).getFirst();
            assertEquals(List.of(1L, "x"), document.get(0), uri);
            assertEquals(Map.of(), document.get(1), uri);
            assertInstanceOf(Map.class, document.get(2), uri);
        }
    }

    @Test
    void oneResidentInstanceAnswersOneCallAfterTheOther() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        for (int i = 0; i < 20; i++) {
            caller.receive(new Message.Call(i + 1, Dict.EMPTY, "com.resident", Payload.of((long) i)));
        }
        for (int i = 0; i < 20; i++) {
            caller.next(Message.Result.class);
        }
        assertEquals(1, programs.running());
    }

    @Test
    void endsAreResultsAndErrors() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        assertEquals(List.of(), args(caller.call("com.nothing")));
        assertEquals("polywire.gate.error.failed []", error(caller.call("com.failing")));
        assertEquals("polywire.gate.error.trap [INTEGER_DIVIDE_BY_ZERO]", error(caller.call("com.trap")));
        assertEquals("polywire.gate.error.limit [CALL_STACK_EXHAUSTED]", error(caller.call("com.deep")));
        assertEquals(
                "polywire.gate.error.output", error(caller.call("com.hello")).split(" ")[0]);
        assertEquals("wamp.error.timeout", error(caller.call("com.slow")).split(" ")[0]);
    }

    @Test
    void cancelKillsTheInstance() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        caller.receive(new Message.Call(1, Dict.EMPTY, "com.endless", Payload.EMPTY));
        while (programs.running() == 0) {
            Thread.onSpinWait();
        }
        caller.receive(new Message.Cancel(1, Dict.of("mode", "kill")));
        assertEquals("wamp.error.canceled", error(caller.next(Message.class)).split(" ")[0]);
        while (programs.running() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void modulesAndInstancesAreManagedThroughProcedures() throws Exception {
        try (GateHost host = new GateHost(programs, new MemoryStorage(), HostSettings.DEFAULT)) {
            GateProcedures added = new GateProcedures(
                    fixture.realm(), host, who -> new GateProcedures.Caller(who.authid(), false), GATE);
            assertEquals("gate", added.door());
            RealmFixture.Other caller = fixture.new Other();
            caller.receive(new Message.Subscribe(1, Dict.EMPTY, "polywire.gate.instance.on_status"));
            caller.next(Message.Subscribed.class);
            String module = text(caller.call("polywire.gate.module.upload", (Object) Wasm.bytes("spin")), "module");
            assertEquals(
                    Map.of("modules", List.of(Map.of("id", module))), object(caller.call("polywire.gate.module.list")));
            String instance = text(caller.call("polywire.gate.instance.launch", module, "main"), "instance");
            assertEquals(
                    Map.of("instances", List.of(Map.of("instance", instance, "status", Map.of("state", "RUNNING")))),
                    object(caller.call("polywire.gate.instance.list")));
            caller.receive(new Message.Call(50, Dict.EMPTY, "polywire.gate.instance.kill", Payload.of(instance)));
            boolean told = false;
            boolean answered = false;
            while (!told || !answered) {
                Message m = caller.next(Message.class);
                told |= m instanceof Message.Event e
                        && Payloads.args(e.payload()).equals(List.of(instance, Map.of("state", "KILLED")));
                answered |= m instanceof Message.Result;
            }
            assertEquals(Map.of("state", "KILLED"), object(caller.call("polywire.gate.instance.wait", instance)));
            assertEquals(Map.of(), object(caller.call("polywire.gate.instance.delete", instance)));
            assertEquals(
                    "polywire.gate.error.not_found [instance not found]",
                    error(caller.call("polywire.gate.instance.status", instance)));
            assertEquals(Map.of(), object(caller.call("polywire.gate.module.unref", module)));
        }
    }

    @Test
    void whoAdministersSeesAndStopsTheInstancesOfEverybody() throws Exception {
        try (GateHost host = new GateHost(programs, new MemoryStorage(), HostSettings.DEFAULT)) {
            GateProcedures added = new GateProcedures(
                    fixture.realm(),
                    host,
                    who -> new GateProcedures.Caller(
                            who.authid(), who.authrole().equals("anonymous")),
                    GATE);
            assertEquals("gate", added.door());
            Program spin = host.program(Program.id(Wasm.bytes("spin")), Wasm.bytes("spin"));
            String id = host.launch(LaunchRequest.launch("somebody", spin, "main", false))
                    .id();
            RealmFixture.Other caller = fixture.new Other();
            Map<?, ?> seen = (Map<?, ?>) list(caller.call("polywire.gate.instance.list"), "instances")
                    .getFirst();
            assertEquals("somebody", seen.get("owner"));
            assertEquals(spin.id(), seen.get("module"));
            assertEquals(Map.of(), object(caller.call("polywire.gate.instance.suspend", id)));
            assertEquals(Map.of("state", "SUSPENDED"), object(caller.call("polywire.gate.instance.wait", id)));
            List<?> frames = list(caller.call("polywire.gate.instance.backtrace", id), "frames");
            assertEquals(true, ((Map<?, ?>) frames.getFirst()).get("function") instanceof Long);
            assertEquals(Map.of(), object(caller.call("polywire.gate.instance.kill", id)));
        }
    }

    @Test
    void anArgumentOfAProcedureMayBeNamed() throws Exception {
        try (GateHost host = new GateHost(programs, new MemoryStorage(), HostSettings.DEFAULT)) {
            GateProcedures added = new GateProcedures(
                    fixture.realm(), host, who -> new GateProcedures.Caller(who.authid(), true), GATE);
            assertEquals("gate", added.door());
            Program spin = host.program(Program.id(Wasm.bytes("spin")), Wasm.bytes("spin"));
            String id = host.launch(LaunchRequest.launch("somebody", spin, "main", false))
                    .id();
            RealmFixture.Other caller = fixture.new Other();
            caller.receive(new Message.Call(
                    50, Dict.EMPTY, "polywire.gate.instance.kill", Payload.of(List.of(), Map.of("instance", id))));
            assertEquals(Map.of(), object(caller.next(Message.Result.class)));
        }
    }

    private static List<?> list(Message m, String member) {
        return (List<?>) Objects.requireNonNull(object(m).get(member));
    }

    private static Map<?, ?> object(Message m) {
        return (Map<?, ?>) args(m).getFirst();
    }

    private static String text(Message m, String member) {
        return String.valueOf(object(m).get(member));
    }
}
