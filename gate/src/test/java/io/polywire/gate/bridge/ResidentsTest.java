package io.polywire.gate.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.polywire.codec.Payloads;
import io.polywire.gate.program.ExampleModule;
import io.polywire.gate.program.ProgramLimits;
import io.polywire.gate.program.Programs;
import io.polywire.gate.program.Wasm;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.router.Identity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Resident instances: how many there are, when they sleep, and what one caller does to another. */
@Timeout(60)
class ResidentsTest {
    private static final Identity GATE = new Identity("gate", "trusted", "internal", "gate", Map.of());
    private static final Duration SOON = Duration.ofMillis(20);

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
                        count("com.sleepy").asResident(1, SOON),
                        count("com.awake").asResident(),
                        count("com.pool").asResident(3, SOON),
                        ModuleProcedure.of("com.deaf", Wasm.program("spin"), "main")
                                .asResident(2, SOON),
                        ModuleProcedure.of("com.once", Wasm.program("echo"), "main")
                                .asResident()));
        procedures.ready().get(20, TimeUnit.SECONDS);
    }

    /** Answers with the number of calls that the instance has had. */
    private static ModuleProcedure count(String uri) {
        return ModuleProcedure.of(uri, ExampleModule.program("procedures"), "count");
    }

    @AfterEach
    void close() {
        procedures.close();
        programs.close();
        fixture.close();
    }

    private void awaitRunning(int n) {
        while (programs.running() != n) {
            Thread.onSpinWait();
        }
    }

    private static Object result(Message m) {
        return Payloads.args(assertInstanceOf(Message.Result.class, m).payload())
                .getFirst();
    }

    private static void call(RealmFixture.Other caller, long request, String uri, Dict options) {
        caller.receive(new Message.Call(request, options, uri, Payload.EMPTY));
    }

    @Test
    void anIdleOneIsSuspendedAndResumedByTheNextCallWithItsMemory() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        for (long n = 1; n <= 5; n++) {
            assertEquals(n, result(caller.call("com.sleepy")));
            awaitRunning(0);
        }
    }

    @Test
    void callsThatComeWhileItFallsAsleepAreAnswered() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        for (long n = 1; n <= 50; n++) {
            assertEquals(n, result(caller.call("com.sleepy")));
            TimeUnit.MICROSECONDS.sleep(SOON.toNanos() / 1000 - 1500 + 50 * n); // Now, about.
        }
    }

    @Test
    void withoutAnIdleTimeItStaysAwake() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        assertEquals(1L, result(caller.call("com.sleepy")));
        assertEquals(1L, result(caller.call("com.awake")));
        awaitRunning(1); // The other one sleeps.
        assertEquals(2L, result(caller.call("com.awake")));
        assertEquals(1, programs.running());
    }

    @Test
    void aPoolGrowsToItsSizeWhileAllHaveCallsAndNoFurther() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        for (int i = 1; i <= 5; i++) {
            call(caller, i, "com.deaf", Dict.of("timeout", 0L));
        }
        awaitRunning(2);
        for (int i = 1; i <= 5; i++) {
            caller.receive(new Message.Cancel(i, Dict.of("mode", "kill")));
            assertEquals(
                    "wamp.error.canceled",
                    caller.next(Message.ErrorMessage.class).error());
        }
    }

    @Test
    void callsOneAfterTheOtherAreForTheSameOfAPool() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        for (long n = 1; n <= 5; n++) {
            assertEquals(n, result(caller.call("com.pool")));
        }
    }

    @Test
    void allCallsAtOnceAreAnsweredByThePool() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        for (int i = 1; i <= 60; i++) {
            call(caller, i, "com.pool", Dict.EMPTY);
        }
        Set<Long> requests = new TreeSet<>();
        List<Object> counts = new ArrayList<>();
        for (int i = 1; i <= 60; i++) {
            Message.Result r = caller.next(Message.Result.class);
            requests.add(r.request());
            counts.add(result(r));
        }
        assertEquals(60, requests.size());
        long instances = counts.stream().filter(n -> n.equals(1L)).count();
        assertEquals(true, instances >= 1 && instances <= 3, counts::toString);
        awaitRunning(0);
    }

    @Test
    void cancelingACallThatItsInstanceHasNotSeenDoesNotKillTheInstance() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        for (int i = 1; i <= 3; i++) {
            call(caller, i, "com.deaf", Dict.EMPTY);
        }
        awaitRunning(2);
        caller.receive(new Message.Cancel(3, Dict.of("mode", "kill")));
        assertEquals(3, caller.next(Message.ErrorMessage.class).request());
        assertEquals(2, programs.running());
    }

    @Test
    void aCallThatAnEndedInstanceHasNotSeenIsForAnother() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        call(caller, 1, "com.once", Dict.EMPTY);
        call(caller, 2, "com.once", Dict.EMPTY);
        caller.next(Message.Result.class);
        caller.next(Message.Result.class);
    }

    @Test
    void closingEndsThemAll() throws Exception {
        RealmFixture.Other caller = fixture.new Other();
        caller.call("com.sleepy");
        caller.call("com.awake");
        awaitRunning(1);
        procedures.close();
        awaitRunning(0);
        assertEquals(0, programs.running());
    }
}
