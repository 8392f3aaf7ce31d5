package io.polywire.server.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** What a part of a file may hold, as its reader told it ({@link Section#describe}). */
public final class Schema {
    /** What a value may be. */
    public sealed interface Type {
        /** @param expected in words */
        record Text(String expected) implements Type {}

        /** Like text, but never shown. */
        record Secret(String expected) implements Type {}

        record Flag() implements Type {}

        record Whole(long min, long max) implements Type {}

        /** Octets, with a unit. */
        record Size(long min, long max) implements Type {}

        /** A time, with a unit. */
        record Time(String expected) implements Type {}

        record Choice(List<String> words) implements Type {}

        /** A list of values of one type; a single one may stand for it. */
        record Several(Type item) implements Type {}

        record Part(Schema schema) implements Type {}

        /** A list of parts. */
        record Parts(Schema schema) implements Type {}
    }

    /**
     * A key.
     *
     * @param meaning one sentence without a full stop
     * @param otherwise what counts if the key is left out, in words; null if nothing does
     */
    public record Key(
            String name,
            Type type,
            String meaning,
            @Nullable String otherwise,
            boolean required) {}

    private final SequencedMap<String, Key> keys = new LinkedHashMap<>();

    void add(Key key) {
        keys.putIfAbsent(key.name(), key);
    }

    void require(String name) {
        keys.computeIfPresent(name, (n, k) -> new Key(n, k.type(), k.meaning(), k.otherwise(), true));
    }

    /** In the order in which they are read. */
    public List<Key> keys() {
        return List.copyOf(keys.values());
    }

    /** The keys of this part and of all parts below, by their path; lists are marked by {@code []}. */
    public SequencedMap<String, Key> all() {
        SequencedMap<String, Key> all = new LinkedHashMap<>();
        collect("", all);
        return all;
    }

    private void collect(String path, Map<String, Key> into) {
        for (Key key : keys.values()) {
            String at = path + key.name();
            into.put(at, key);
            switch (key.type()) {
                case Type.Part part -> part.schema().collect(at + ".", into);
                case Type.Parts parts -> parts.schema().collect(at + "[].", into);
                default -> {}
            }
        }
    }

    /** As a JSON schema, draft 2020-12: editors complete and check files by it. */
    public Map<String, Object> json() {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Key key : keys.values()) {
            Map<String, Object> property = new LinkedHashMap<>();
            property.put(
                    "description", key.meaning() + (key.otherwise() == null ? "" : ". Default: " + key.otherwise()));
            property.putAll(json(key.type()));
            properties.put(key.name(), property);
            if (key.required()) {
                required.add(key.name());
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        schema.put("properties", properties);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        return schema;
    }

    /** Text from the environment may stand for every value. */
    private static Map<String, Object> json(Type type) {
        Map<String, Object> variable = ordered("type", "string", "pattern", "\\$\\{");
        return switch (type) {
            case Type.Text text -> ordered("type", List.of("string", "number", "boolean"));
            case Type.Secret secret -> ordered("type", "string");
            case Type.Flag flag -> ordered("anyOf", List.of(ordered("type", "boolean"), variable));
            case Type.Whole number ->
                ordered(
                        "anyOf",
                        List.of(
                                ordered("type", "integer", "minimum", number.min(), "maximum", number.max()),
                                variable));
            case Type.Size size ->
                ordered(
                        "anyOf",
                        List.of(
                                ordered("type", "integer", "minimum", size.min(), "maximum", size.max()),
                                ordered("type", "string", "pattern", "^\\d{1,12} ?(B|KiB|MiB|GiB)?$"),
                                variable));
            case Type.Time time ->
                ordered(
                        "anyOf",
                        List.of(
                                ordered("type", "string", "pattern", "^\\d{1,12} ?(ms|s|m|h|d)$"),
                                ordered("const", 0),
                                variable));
            case Type.Choice choice -> ordered("anyOf", List.of(ordered("enum", choice.words()), variable));
            case Type.Several several ->
                ordered(
                        "anyOf",
                        List.of(ordered("type", "array", "items", json(several.item())), json(several.item())));
            case Type.Part part -> part.schema().json();
            case Type.Parts parts ->
                ordered("type", "array", "items", parts.schema().json());
        };
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
