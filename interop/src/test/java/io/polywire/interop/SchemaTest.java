package io.polywire.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JSON schema of configurations as another program understands it: Python's {@code jsonschema}. */
@Timeout(600)
class SchemaTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n(.*?)```");

    @TempDir
    private Path folder;

    private static List<String> check(List<Path> files) throws Exception {
        Path tools;
        try {
            tools = Toolchain.PYTHON.ready();
        } catch (Toolchain.Missing missing) {
            return abort("the schema is not checked: " + missing.getMessage());
        }
        List<String> command = new ArrayList<>();
        command.add(tools.resolve("venv/bin/python").toString());
        command.add(Toolchain.PYTHON.source("schema.py").toString());
        command.add(Project.ROOT.resolve("docs/polywire.schema.json").toString());
        files.forEach(file -> command.add(file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return output.lines().toList();
    }

    private Path write(String name, String yaml) throws IOException {
        return Files.writeString(folder.resolve(name), yaml);
    }

    @Test
    void filesThatAreRightAreRightForTheSchema() throws Exception {
        List<Path> files = new ArrayList<>();
        files.add(Project.ROOT.resolve("server/src/main/resources/io/polywire/server/config/development.yaml"));
        files.add(Project.ROOT.resolve("packaging/polywire.yaml"));
        for (String page : List.of("README.md", "docs/configuration.md")) {
            Matcher example = EXAMPLE.matcher(Files.readString(Project.ROOT.resolve(page)));
            while (example.find()) {
                files.add(write(files.size() + ".yaml", example.group(1)));
            }
        }
        assertTrue(files.size() >= 4, "examples of README.md and docs/configuration.md");
        List<String> found = check(files);
        for (int i = 0; i < files.size(); i++) {
            assertEquals("ok", found.get(i), files.get(i).toString());
        }
    }

    @Test
    void mistakesAreMistakesForTheSchema() throws Exception {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("realms: [{name: r}]\nlisners: []\n", ":additionalProperties");
        wrong.put("realms: [{name: r}]\nlisteners: 8080\n", "listeners:type");
        wrong.put("realms: [{name: r}]\nlog: {level: loud}\n", "log.level:anyOf");
        wrong.put("realms: [{name: r}]\nattempts: {per_name: 0}\n", "attempts.per_name:anyOf");
        wrong.put("realms: [{anonymous: true}]\n", "realms.0:required");
        List<Path> files = new ArrayList<>();
        for (String yaml : wrong.keySet()) {
            files.add(write(files.size() + ".yaml", yaml));
        }
        assertEquals(List.copyOf(wrong.values()), check(files));
    }
}
