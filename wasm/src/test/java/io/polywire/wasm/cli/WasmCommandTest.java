package io.polywire.wasm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as its users see it: exit code, output and errors. */
@Timeout(120)
class WasmCommandTest {
    @TempDir
    Path folder = Path.of("");

    private record Result(int code, String out, String err) {}

    private Path kernel(String name) throws IOException {
        Path file = folder.resolve(name + ".wasm");
        try (InputStream in = WasmCommandTest.class.getResourceAsStream("/kernels/" + name + ".wasm")) {
            Files.write(file, in == null ? new byte[0] : in.readAllBytes());
        }
        return file;
    }

    private static Result run(String input, Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int code = WasmCommand.run(
                words,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aWasiProgramGetsArgumentsEnvironmentAndInputAndSetsTheExitCode() throws IOException {
        Result r = run("one\ntwo\n", "run", "--env", "GREETING=hi", kernel("hello"), "x", "--fuel", "7");
        assertEquals("arg x\narg --fuel\narg 7\nenv hi\nin one\nin two\n", r.out());
        assertEquals("done\n", r.err());
        assertEquals(7, r.code());
    }

    @Test
    void aProgramReachesGrantedFoldersOnly() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Result granted = run("", "run", "--dir", data + "::/data", kernel("files"), "/data");
        assertEquals("by a guest\nnote.txt\n", granted.out());
        assertEquals(0, granted.code());
        assertEquals(2, run("", "run", kernel("files"), "/data").code());
        assertEquals(
                2,
                run("", "run", "--dir", data + "::/data", kernel("files"), "/data/..")
                        .code());
    }

    @Test
    void resultsArePrintedOneALine() throws IOException {
        assertEquals(new Result(0, "6765\n", ""), run("", "run", kernel("fib"), "--invoke", "run", "20"));
    }

    @Test
    void limitsEndTheProgramWithTheirOwnExitCodes() throws IOException {
        Path fib = kernel("fib");
        assertEquals(
                new Result(125, "", "fuel exhausted\n"),
                run("", "run", fib, "--invoke", "run", "30", "--fuel", "1000"));
        assertEquals(
                new Result(124, "", "killed: timeout\n"),
                run("", "run", "--timeout", "50", fib, "--invoke", "run", "60"));
        assertEquals(
                new Result(134, "", "trap: call stack exhausted\n"),
                run("", "run", "--stack", "2000", fib, "--invoke", "run", "100"));
    }

    @Test
    void wrongUseIsExplained() throws IOException {
        assertEquals(2, run("", "run").code());
        assertTrue(run("", "run", "--fuel", "x", "f").err().contains("--fuel needs a number"));
        assertTrue(run("", "run", kernel("fib"), "--invoke", "nope").err().contains("no exported function nope"));
        assertTrue(run("", "run", kernel("fib"), "--invoke", "run", "abc").err().contains("'abc' is no i32"));
        assertEquals(1, run("", "run", "/nowhere.wasm").code());
    }

    @Test
    void validateSaysWhatIsWrongAndWhere() throws IOException {
        assertEquals(new Result(0, "valid\n", ""), run("", "validate", kernel("fib")));
        Path bad = folder.resolve("bad.wasm");
        Files.write(bad, new byte[] {0, 0x61, 0x73, 0x6d, 2, 0, 0, 0});
        assertEquals(new Result(1, "", "malformed: unknown binary version (at offset 4)\n"), run("", "validate", bad));
    }

    private static String where(Class<?> c) throws URISyntaxException {
        return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    @Test
    void aRunSavedOnSigtermGoesOnWithoutLosingOrRepeatingOutput() throws Exception {
        Path counter = kernel("counter");
        Path snapshot = folder.resolve("saved");
        StringBuilder output = new StringBuilder();
        List<String> args = List.of("run", "--snapshot-to", snapshot.toString(), counter.toString(), "80");
        int code = 143;
        int runs = 0;
        while (code == 143) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-cp",
                    where(WasmCommand.class) + File.pathSeparator + where(WasmMain.class), // nothing else is needed
                    WasmMain.class.getName()));
            command.addAll(args);
            Process p = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            InputStream out = p.getInputStream();
            if (runs < 3) {
                int c = 0;
                for (int lines = 0; lines < 2 && c >= 0; ) {
                    c = out.read();
                    if (c >= 0) {
                        output.append((char) c);
                        lines += c == '\n' ? 1 : 0;
                    }
                }
                var _ = p.toHandle().destroy(); // SIGTERM, if it still runs; p.destroy() would close the streams
            }
            output.append(new String(out.readAllBytes(), StandardCharsets.US_ASCII));
            code = p.waitFor();
            runs++;
            args = List.of("run", "--snapshot-to", snapshot.toString(), "--resume", snapshot.toString());
        }
        assertEquals(3, code);
        assertTrue(runs > 2, "saved and saved again; runs: " + runs);
        assertEquals(run("", "run", counter, "80").out(), output.toString());
    }
}
