package io.polywire.wasm.bench;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Starts {@link Bench} where {@code WASM_BENCH} has its arguments, or {@code all}. */
@EnabledIfEnvironmentVariable(named = "WASM_BENCH", matches = ".+")
class BenchTest {
    @Test
    void measure() throws IOException, InterruptedException {
        String arguments = System.getenv("WASM_BENCH");
        Bench.main(arguments.equals("all") ? new String[0] : arguments.split(" "));
    }
}
