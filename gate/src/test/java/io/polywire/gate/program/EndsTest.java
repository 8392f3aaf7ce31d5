package io.polywire.gate.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How every entry function of the test programs ends, launched and called. */
class EndsTest {
    private static final Programs PROGRAMS = new Programs(ProgramLimits.DEFAULT, List.of(), 2);

    @AfterAll
    static void close() {
        PROGRAMS.close();
    }

    @TestFactory
    List<DynamicTest> endsAsListed() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        try (InputStream in = EndsTest.class.getResourceAsStream("/gate/ends.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                JsonNode n = JsonMapper.shared().readTree(line);
                String program = n.get("program").asString();
                String function = n.get("function").asString();
                Status launched = new Status(
                        State.valueOf(n.get("state").asString()),
                        n.has("cause") ? Cause.valueOf(n.get("cause").asString()) : null,
                        n.get("result").asInt(),
                        "");
                String name = program + "." + function;
                tests.add(DynamicTest.dynamicTest(
                        name + " launched", () -> assertEquals(launched, run(program, Launch.of(function)))));
                Status called = launched.state() == State.HALTED
                        ? new Status(State.TERMINATED, null, launched.result(), "")
                        : launched;
                tests.add(DynamicTest.dynamicTest(
                        name + " called",
                        () -> assertEquals(
                                called, run(program, Launch.of(function).asCall()))));
            }
        }
        return tests;
    }

    private static Status run(String program, Launch launch) throws Exception {
        Guest guest = PROGRAMS.launch(Wasm.program(program), launch);
        Status s = Wasm.end(guest);
        guest.close();
        return new Status(s.state(), s.cause(), s.result(), "");
    }
}
