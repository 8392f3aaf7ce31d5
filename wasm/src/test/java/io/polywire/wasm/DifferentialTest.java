package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/** Random valid modules, made once by {@code wasm-tools smith} with guaranteed termination, and what fuzzing found. */
class DifferentialTest {
    @Test
    void randomModulesDoTheSameHoweverTheyAreRun() throws IOException {
        int modules = 0;
        int suspensions = 0;
        try (InputStream in = DifferentialTest.class.getResourceAsStream("/random-modules.zip");
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                byte[] module = zip.readAllBytes();
                Differential d = new Differential(module, Arrays.hashCode(module)); // as FuzzMain does
                assertEquals("", d.difference(), e.getName());
                suspensions += d.suspensions();
                modules++;
            }
        }
        assertEquals(122, modules);
        assertTrue(suspensions > 100, "suspensions: " + suspensions);
    }
}
