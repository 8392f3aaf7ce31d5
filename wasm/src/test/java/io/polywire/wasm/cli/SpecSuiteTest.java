package io.polywire.wasm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polywire.wasm.compile.Division;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The specification's test suite, where {@code WASM_SPEC} names the folder with its scripts. */
@EnabledIfEnvironmentVariable(named = "WASM_SPEC", matches = ".+")
class SpecSuiteTest {
    @Test
    void noCommandFailsWhenAllFunctionsAreDivided() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Path folder = Path.of(System.getenv("WASM_SPEC"));
        int failed = Division.into(
                160,
                () -> SpecTest.run(folder, name -> true, false, new PrintStream(out, true, StandardCharsets.UTF_8)));
        assertEquals(0, failed, out.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noCommandFails(boolean interpret) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Path folder = Path.of(System.getenv("WASM_SPEC"));
        int failed = SpecTest.run(folder, name -> true, interpret, new PrintStream(out, true, StandardCharsets.UTF_8));
        assertEquals(0, failed, out.toString(StandardCharsets.UTF_8));
    }
}
