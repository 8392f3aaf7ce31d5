package io.polywire.server.config;

import io.polywire.server.config.ConfigException.Problem;
import io.polywire.server.config.Node.Scalar.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** Reads YAML into {@link Node}s. Keys that stand twice in a mapping are errors; an empty file is an empty mapping. */
final class YamlReader {
    private static final YAMLFactory YAML = new YAMLFactory();

    private final List<Problem> problems;

    YamlReader(List<Problem> problems) {
        this.problems = problems;
    }

    /**
     * @throws ConfigException if the text is no YAML
     */
    static Node read(String file, String text, List<Problem> problems) {
        try (JsonParser parser = YAML.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null || parser.currentToken() == JsonToken.VALUE_NULL) {
                return new Node.Mapping(1, 1, List.of());
            }
            return new YamlReader(problems).value(parser, "");
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            int line = at == null ? 1 : Math.max(1, at.getLineNr());
            int column = at == null ? 1 : Math.max(1, at.getColumnNr());
            String message = e.getOriginalMessage();
            String first = message == null ? "" : message.lines().findFirst().orElse("");
            throw new ConfigException(file, List.of(new Problem(line, column, "", "is no YAML: " + first)));
        }
    }

    private Node value(JsonParser parser, String path) {
        TokenStreamLocation at = parser.currentTokenLocation();
        int line = at.getLineNr();
        int column = at.getColumnNr();
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(parser, path, line, column);
            case START_ARRAY -> {
                List<Node> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser, path + "[" + items.size() + "]"));
                }
                yield new Node.Sequence(line, column, items);
            }
            case VALUE_NULL -> new Node.Scalar(line, column, "null", Kind.NULL);
            case VALUE_TRUE, VALUE_FALSE -> new Node.Scalar(line, column, parser.getString(), Kind.BOOLEAN);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Node.Scalar(line, column, parser.getString(), Kind.NUMBER);
            default -> new Node.Scalar(line, column, parser.getString(), Kind.TEXT);
        };
    }

    private Node mapping(JsonParser parser, String path, int line, int column) {
        List<Node.Entry> entries = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            TokenStreamLocation at = parser.currentTokenLocation();
            String key = parser.currentName();
            String below = path.isEmpty() ? key : path + "." + key;
            Integer before = lines.putIfAbsent(key, at.getLineNr());
            parser.nextToken();
            Node value = value(parser, below);
            if (before == null) {
                entries.add(new Node.Entry(at.getLineNr(), at.getColumnNr(), key, value));
            } else {
                problems.add(new Problem(
                        at.getLineNr(), at.getColumnNr(), below, "stands here again, after line " + before));
            }
        }
        return new Node.Mapping(line, column, entries);
    }
}
