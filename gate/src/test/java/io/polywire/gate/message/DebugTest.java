package io.polywire.gate.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section A11: states and causes are numbers there. */
class DebugTest {
    private static String json(Status status) {
        return new Debug.Response("sha384/KEY", status, Debug.Config.NONE, new byte[0]).toJson();
    }

    private static Status parsed(String status) {
        byte[] json = ("{\"status\":" + status + "}").getBytes(StandardCharsets.UTF_8);
        return Debug.Response.parse(json).status();
    }

    @ParameterizedTest
    @CsvSource({"RUNNING,1", "SUSPENDED,2", "HALTED,3", "TERMINATED,4", "KILLED,5"})
    void statesAreNumbers(State state, int number) {
        assertEquals(
                "{\"module\":\"sha384/KEY\",\"status\":{\"state\":" + number + "},\"config\":{\"breakpoints\":{}}}",
                json(Status.of(state)));
        assertEquals(Status.of(state), parsed("{\"state\":" + number + "}"));
    }

    @ParameterizedTest
    @CsvSource({
        "UNREACHABLE,3",
        "CALL_STACK_EXHAUSTED,4",
        "MEMORY_ACCESS_OUT_OF_BOUNDS,5",
        "INDIRECT_CALL_INDEX_OUT_OF_BOUNDS,6",
        "INDIRECT_CALL_SIGNATURE_MISMATCH,7",
        "INTEGER_DIVIDE_BY_ZERO,8",
        "INTEGER_OVERFLOW,9",
        "BREAKPOINT,10",
        "ABI_DEFICIENCY,27",
        "ABI_VIOLATION,28",
        "INTERNAL,29"
    })
    void causesAreNumbers(Cause cause, int number) {
        Status status = new Status(State.KILLED, cause, 0, "why");
        String json = "{\"state\":5,\"cause\":" + number + ",\"error\":\"why\"}";
        assertEquals(json, json(status).replaceFirst(".*\"status\":(\\{.*?}).*", "$1"));
        assertEquals(status, parsed(json));
    }

    @Test
    void unknownCausesAreTakenAndUnknownStatesAreNot() {
        assertEquals(new Status(State.KILLED, Cause.INTERNAL, 0, ""), parsed("{\"state\":5,\"cause\":99}"));
        for (String state : List.of("0", "6", "-1")) {
            assertThrows(MalformedJsonException.class, () -> parsed("{\"state\":" + state + "}"));
        }
    }
}
