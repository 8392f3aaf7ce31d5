package io.polywire.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.server.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The file of defaults, the reference and the schema say what the reader does. -Dupdate=true writes the latter two anew. */
class ReferenceTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final String BEGIN = "<!-- The reference, made from what the reader says: ReferenceTest -->\n\n";

    private static String development() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ConfigFile.class.getResourceAsStream("development.yaml"), "development.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static ServerSettings read(String yaml) {
        return YamlReader.read(Path.of("f"), yaml, Map.<String, String>of()::get, ConfigFile::server);
    }

    @Test
    void theFileOfDefaultsEqualsTheDevelopmentDefaults() throws IOException {
        assertEquals(ServerSettings.development(), read(development()));
    }

    @Test
    void theFileOfDefaultsNamesEveryKey() throws IOException {
        String text = development();
        List<String> absent = ConfigFile.schema().all().keySet().stream()
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .filter(key -> !Pattern.compile("(?m)^[ #-]*" + Pattern.quote(key) + ":")
                        .matcher(text)
                        .find())
                .toList();
        assertEquals(List.of(), absent);
    }

    @Test
    void defaultsThatAreCommentedOutAreTheDefaults() throws IOException {
        String active = development()
                .replaceAll(
                        "(?m)^( *)#(max_conn|handshake|idle|max_header|anonymous_role|strict|disclosure|modify|history_|path|prefix|unnamed|login_proc|disclose|role:|call_t|session_exp|message_l|inbox|queue_l|stuck|keepalive|api|origins|connections|handshakes|window|read_l|send_l|login_t|concurr|request_t|close_on)",
                        "$1$2")
                .replaceAll("(?m)^#((?:wamp|attempts):\n(?:#  .*\n)+)", "$1")
                .replaceAll("(?m)^#(  (?:per_|window|path|message_|queue_|hello|authent|stuck|keepal|deflate))", "$1");
        assertTrue(active.contains("\nwamp:\n  path: /ws\n") && active.contains("\n  concurrency: 1000"), active);
        assertEquals(ServerSettings.development(), read(active));
    }

    @Test
    void theReferenceIsWhatTheReaderSays() throws IOException {
        Path file = DOCS.resolve("configuration.md");
        String text = Files.readString(file);
        int begin = text.indexOf(BEGIN);
        assertTrue(begin > 0, "configuration.md lacks the mark");
        String made = text.substring(0, begin) + BEGIN + ConfigFile.reference().stripTrailing() + "\n";
        if (Boolean.getBoolean("update")) {
            Files.writeString(file, made);
        } else {
            assertEquals(made, text, "run the test with -Dupdate=true");
        }
    }

    @Test
    void theSchemaIsWhatTheReaderSays() throws IOException {
        Path file = DOCS.resolve("polywire.schema.json");
        String made =
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(ConfigFile.jsonSchema()) + "\n";
        if (Boolean.getBoolean("update")) {
            Files.writeString(file, made);
        } else {
            assertEquals(made, Files.readString(file), "run the test with -Dupdate=true");
        }
    }

    @Test
    void theSchemaHasEveryKeyAndItsMeaning() {
        JsonNode schema = new ObjectMapper().valueToTree(ConfigFile.jsonSchema());
        ConfigFile.schema().all().forEach((path, key) -> {
            JsonNode at = schema;
            for (String step : path.split("\\.")) {
                String name = step.replace("[]", "");
                at = at.path("properties").path(name);
                if (step.endsWith("[]")) {
                    at = at.path("items");
                }
            }
            assertTrue(at.path("description").asString("").startsWith(key.meaning()), path);
            assertTrue(!key.meaning().isEmpty(), path);
        });
    }
}
