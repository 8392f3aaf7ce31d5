package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fuzzes for {@code WASM_FUZZ_SECONDS} of processor time, from the kernels and the random modules of the tests;
 * {@code WASM_TOOLS} names the program wasm-tools.
 */
@EnabledIfEnvironmentVariable(named = "WASM_FUZZ_SECONDS", matches = "[0-9]+")
class FuzzTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    void nothingIsFound() throws IOException, InterruptedException {
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        for (Kernels.Kernel k : Kernels.ALL) {
            Files.write(corpus.resolve(k.name() + ".wasm"), Kernels.bytes(k.name()));
        }
        try (InputStream in = FuzzTest.class.getResourceAsStream("/random-modules.zip");
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                Files.write(corpus.resolve(Path.of(e.getName()).getFileName()), zip.readAllBytes());
            }
        }
        Path findings = Files.createTempDirectory("wasm-findings");
        long seconds = Long.parseLong(System.getenv("WASM_FUZZ_SECONDS"));
        assertEquals(0, FuzzMain.fuzz(seconds, corpus, findings, System.getenv("WASM_TOOLS")), "see " + findings);
    }
}
