package io.polywire.hemi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the original package wrote and read. */
public final class Vectors {
    private static final JsonMapper MAPPER = new JsonMapper();

    private Vectors() {}

    public static JsonNode json(String text) {
        return MAPPER.readTree(text);
    }

    /** All vectors of one kind, in their order. */
    public static Stream<JsonNode> of(String op) {
        try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream("/hemi.jsonl"))) {
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Stream.of(all.split("\n"))
                    .map(Vectors::json)
                    .filter(v -> v.get("op").asString().equals(op));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String name(JsonNode vector) {
        return vector.get("n").asInt() + " " + vector.get("name").asString();
    }

    /** The octets on the wire of a vector that is to be read. */
    public static byte[] wire(JsonNode vector) {
        if (vector.has("wire_hex")) {
            return HexFormat.of().parseHex(vector.get("wire_hex").asString());
        }
        if (vector.has("wire_repeat")) {
            JsonNode repeat = vector.get("wire_repeat");
            String text = repeat.get("prefix").asString()
                    + repeat.get("fill").asString().repeat(repeat.get("count").asInt())
                    + repeat.get("suffix").asString();
            return text.getBytes(StandardCharsets.UTF_8);
        }
        return vector.get("wire").asString().getBytes(StandardCharsets.UTF_8);
    }
}
