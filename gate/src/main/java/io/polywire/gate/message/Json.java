package io.polywire.gate.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes the small objects of the API. Like the original: unknown members are ignored, null is as good as absent,
 * and a member of another type than expected is an error. Written on one line in ASCII, so that it fits into a header.
 */
final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static JsonNode parse(byte[] utf8) {
        try {
            return MAPPER.readTree(utf8);
        } catch (JacksonException e) {
            throw new MalformedJsonException("not JSON: " + e.getOriginalMessage());
        }
    }

    static ObjectNode parseObject(byte[] utf8) {
        if (parse(utf8) instanceof ObjectNode object) {
            return object;
        }
        throw new MalformedJsonException("not a JSON object");
    }

    static ObjectNode parseObject(String text) {
        return parseObject(text.getBytes(StandardCharsets.UTF_8));
    }

    static String write(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    static String text(ObjectNode from, String name) {
        JsonNode node = from.get(name);
        if (node == null || node.isNull()) {
            return "";
        }
        if (!node.isString()) {
            throw new MalformedJsonException(name + " is no string");
        }
        return node.stringValue();
    }

    static long integer(ObjectNode from, String name) {
        JsonNode node = from.get(name);
        if (node == null || node.isNull()) {
            return 0;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw new MalformedJsonException(name + " is no integer of 64 bits");
        }
        return node.longValue();
    }

    static boolean bool(ObjectNode from, String name) {
        JsonNode node = from.get(name);
        if (node == null || node.isNull()) {
            return false;
        }
        if (!node.isBoolean()) {
            throw new MalformedJsonException(name + " is not true or false");
        }
        return node.booleanValue();
    }

    static @Nullable ObjectNode member(ObjectNode from, String name) {
        JsonNode node = from.get(name);
        if (node == null || node.isNull()) {
            return null;
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new MalformedJsonException(name + " is no object");
    }

    static List<JsonNode> list(ObjectNode from, String name) {
        JsonNode node = from.get(name);
        if (node == null || node.isNull()) {
            return List.of();
        }
        if (!node.isArray()) {
            throw new MalformedJsonException(name + " is no list");
        }
        List<JsonNode> all = new ArrayList<>();
        node.forEach(all::add);
        return all;
    }
}
