package io.polywire.server.yaml;

import io.polywire.server.yaml.ConfigException.Problem;
import io.polywire.server.yaml.Node.Scalar.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;

/**
 * Reads YAML into {@link Node}s. Keys that stand twice in a mapping are errors; an empty file is an empty mapping.
 * A variable with the name NAME of the environment is written as in a shell, also with a default ({@code :-}); two dollars
 * before the brace stand for one, and no variable.
 */
public final class YamlReader {
    private static final YAMLFactory YAML = new YAMLFactory();
    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\$\\{|\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}|\\$\\{");

    private final List<Problem> problems;
    private final Function<String, @Nullable String> environment;

    private YamlReader(List<Problem> problems, Function<String, @Nullable String> environment) {
        this.problems = problems;
        this.environment = environment;
    }

    /**
     * Reads a file.
     *
     * @param environment values of variables
     * @param reader takes the whole file
     * @throws ConfigException if it cannot be read or has errors; it names all of them
     */
    public static <T> T read(Path file, Function<String, @Nullable String> environment, Function<Section, T> reader) {
        try {
            return read(file, Files.readString(file), environment, reader);
        } catch (IOException e) {
            String why = Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist";
            throw new ConfigException(file.toString(), List.of(new Problem(1, 1, "", why)));
        }
    }

    /** The same with the text of the file. */
    public static <T> T read(
            Path file, String text, Function<String, @Nullable String> environment, Function<Section, T> reader) {
        Path folder = file.toAbsolutePath().getParent();
        List<Problem> problems = new ArrayList<>();
        Node root = new YamlReader(problems, environment).parse(file.toString(), text);
        Section section = Section.of(root, "", new Section.Document(folder == null ? Path.of(".") : folder, problems));
        T value = reader.apply(section);
        section.end();
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
            throw new ConfigException(file.toString(), problems);
        }
        return value;
    }

    /**
     * @throws ConfigException if the text is no YAML
     */
    private Node parse(String file, String text) {
        try (JsonParser parser = YAML.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null || parser.currentToken() == JsonToken.VALUE_NULL) {
                return new Node.Mapping(1, 1, List.of());
            }
            return value(parser, "");
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            int line = at == null ? 1 : Math.max(1, at.getLineNr());
            int column = at == null ? 1 : Math.max(1, at.getColumnNr());
            String message = e.getOriginalMessage();
            throw new ConfigException(file, List.of(new Problem(line, column, "", "is no YAML: " + what(message))));
        }
    }

    /** What the parser says without the places and pieces of text, which it puts into lines of their own. */
    private static String what(@Nullable String message) {
        return message == null
                ? ""
                : message.lines()
                        .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                        .collect(Collectors.joining(", "));
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
            case VALUE_NULL -> scalar(line, column, "null", Kind.NULL);
            case VALUE_TRUE, VALUE_FALSE -> scalar(line, column, parser.getString(), Kind.BOOLEAN);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(line, column, parser.getString(), Kind.NUMBER);
            default -> {
                String written = parser.getString();
                String text = written.contains("${") ? expand(written, line, column, path) : written;
                yield new Node.Scalar(line, column, text, written, Kind.TEXT);
            }
        };
    }

    private static Node scalar(int line, int column, String text, Kind kind) {
        return new Node.Scalar(line, column, text, text, kind);
    }

    private String expand(String text, int line, int column, String path) {
        return VARIABLE.matcher(text).replaceAll(found -> {
            String name = found.group(1);
            if (found.group().equals("$${")) {
                return Matcher.quoteReplacement("${");
            }
            String value = name == null ? null : environment.apply(name);
            if (value == null) {
                value = found.group(2);
            }
            if (value == null) {
                problems.add(new Problem(
                        line,
                        column,
                        path,
                        name == null
                                ? "has ${ without the name of a variable and }, expected ${NAME} or ${NAME:-default}"
                                : "names the variable " + name + ", which the environment does not have"));
                value = "";
            }
            return Matcher.quoteReplacement(value);
        });
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
