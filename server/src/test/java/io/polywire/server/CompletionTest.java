package io.polywire.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that completes commands in a shell. */
class CompletionTest {
    @ParameterizedTest
    @ValueSource(strings = {"serve", "user_add", "publish", "gate", "gate_upload", "gate_snapshot"})
    void commandsOfAllRoomsAreCompleted(String command) {
        String script = Main.completion();
        assertTrue(script.contains("function _picocli_polywire_" + command + "()"), command);
    }
}
