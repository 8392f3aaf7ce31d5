package io.polywire.server.yaml;

import io.polywire.server.yaml.ConfigException.Problem;
import io.polywire.server.yaml.Node.Scalar.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one part of the file. Each method reads one key: it returns the value, or the default where there is none, or
 * notes a problem and returns the default. What is said to it about a key, its meaning for example, is also what schema and
 * reference say: {@link #describe} runs a reader on nothing and takes notes.
 */
public final class Section {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,12}) ?([A-Za-z]*)");
    private static final String FILE = "file:";

    /** What is shown of secrets. */
    private static final String HIDDEN = "a secret";

    private final Node.Mapping node;
    private final String path;
    private final Document document;
    private final @Nullable Schema schema;
    private final Map<String, String> known = new LinkedHashMap<>(); // to their meanings

    /**
     * What all sections of a file share.
     *
     * @param folder that paths are relative to
     * @param problems found so far
     */
    record Document(Path folder, List<Problem> problems) {}

    private Section(Node.Mapping node, String path, Document document, @Nullable Schema schema) {
        this.node = node;
        this.path = path;
        this.document = document;
        this.schema = schema;
    }

    /** The section that a node is; an empty one, and a problem, if it is something else. */
    static Section of(Node node, String path, Document document) {
        if (node instanceof Node.Mapping mapping) {
            return new Section(mapping, path, document, null);
        }
        document.problems.add(
                new Problem(node.line(), node.column(), path, "is " + node.show() + ", expected keys with values"));
        return new Section(new Node.Mapping(node.line(), node.column(), List.of()), path, document, null);
    }

    /** What a reader reads. */
    public static Schema describe(Consumer<Section> reader) {
        Schema schema = new Schema();
        Document nothing = new Document(Path.of("."), new ArrayList<>());
        reader.accept(new Section(new Node.Mapping(1, 1, List.of()), "", nothing, schema));
        return schema;
    }

    /** Whether the key is there; it must be one that is read. */
    public boolean has(String key) {
        return find(key) != null;
    }

    // --- values ----------------------------------------------------------------------------------------------------

    /** Text as it stands; numbers and booleans too, as written. */
    public @Nullable String text(String key, String meaning) {
        describe(key, new Schema.Type.Text("text"), meaning, null);
        return value(key, "text", scalar -> scalar.text());
    }

    /** Text with a default. */
    public String text(String key, String otherwise, String meaning) {
        describe(key, new Schema.Type.Text("text"), meaning, otherwise.isEmpty() ? "empty" : otherwise);
        String value = value(key, "text", scalar -> scalar.text());
        return value == null ? otherwise : value;
    }

    /** Text that the function understands; its {@link IllegalArgumentException} says what is wrong. */
    public <T> @Nullable T parsed(String key, String expected, Function<String, T> parser, String meaning) {
        describe(key, new Schema.Type.Text(expected), meaning, null);
        return value(key, expected, scalar -> parser.apply(scalar.text()));
    }

    /** The same with a default. */
    public <T> T parsed(String key, String expected, Function<String, T> parser, T otherwise, String meaning) {
        describe(key, new Schema.Type.Text(expected), meaning, otherwise.toString());
        T value = value(key, expected, scalar -> parser.apply(scalar.text()));
        return value == null ? otherwise : value;
    }

    /** A list of texts that the function understands; empty if there is none. A single one needs no list. */
    public <T> List<T> several(String key, String expected, Function<String, T> parser, String meaning) {
        describe(key, new Schema.Type.Several(new Schema.Type.Text(expected)), meaning, null);
        Node.Entry entry = find(key);
        if (entry == null) {
            return List.of();
        }
        List<T> values = new ArrayList<>();
        List<Node> items = entry.value() instanceof Node.Sequence list ? list.items() : List.of(entry.value());
        for (int i = 0; i < items.size(); i++) {
            String name = items.size() == 1 && !(entry.value() instanceof Node.Sequence) ? key : key + "[" + i + "]";
            T value = value(items.get(i), name, expected, false, scalar -> parser.apply(scalar.text()));
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    /**
     * What nobody but the server should read: {@code file:PATH}, a value from the environment, or what the function takes
     * as harmless (a hash). Never shown.
     *
     * @param harmless whether a text may stand in the file as it is
     */
    public @Nullable String secret(String key, Function<String, Boolean> harmless, String meaning) {
        String expected = "file:PATH, a variable of the environment such as ${NAME}, or a hash: it must not stand here";
        describe(key, new Schema.Type.Secret(expected), meaning, null);
        Node.Entry entry = find(key);
        if (entry == null) {
            return null;
        }
        return value(entry.value(), key, expected, true, scalar -> {
            String text = scalar.text();
            if (text.startsWith(FILE)) {
                return content(text.substring(FILE.length()));
            }
            return !text.isEmpty() && (scalar.expanded() || harmless.apply(text)) ? text : null;
        });
    }

    private String content(String name) {
        Path file = document.folder.resolve(name.trim()).normalize();
        try {
            String content = Files.readString(file).strip();
            if (content.isEmpty()) {
                throw new IllegalArgumentException(file + " is empty");
            }
            return content;
        } catch (IOException e) {
            throw new IllegalArgumentException(file + (Files.exists(file) ? " cannot be read" : " does not exist"), e);
        }
    }

    public boolean flag(String key, boolean otherwise, String meaning) {
        describe(key, new Schema.Type.Flag(), meaning, Boolean.toString(otherwise));
        Boolean value =
                value(key, "true or false", scalar -> switch (scalar.text().toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> null;
                });
        return value == null ? otherwise : value;
    }

    public int number(String key, int min, int max, int otherwise, String meaning) {
        describe(key, new Schema.Type.Whole(min, max), meaning, Integer.toString(otherwise));
        Integer value = value(key, "a number from " + min + " to " + max, scalar -> {
            long n = Long.parseLong(scalar.text());
            return n < min || n > max ? null : (int) n;
        });
        return value == null ? otherwise : value;
    }

    /** Octets: a number, or one with KiB, MiB or GiB. */
    public long size(String key, long min, long max, long otherwise, String meaning) {
        describe(key, new Schema.Type.Size(min, max), meaning, showSize(otherwise));
        String expected = "octets such as 65536, 512 KiB or 16 MiB, from " + min + " to " + max;
        Long value = value(key, expected, scalar -> {
            Matcher m = AMOUNT.matcher(scalar.text());
            long unit = !m.matches()
                    ? 0
                    : switch (m.group(2)) {
                        case "", "B" -> 1L;
                        case "KiB" -> 1L << 10;
                        case "MiB" -> 1L << 20;
                        case "GiB" -> 1L << 30;
                        default -> 0L;
                    };
            long octets = unit == 0 ? -1 : Math.multiplyExact(Long.parseLong(m.group(1)), unit);
            return octets < min || octets > max ? null : octets;
        });
        return value == null ? otherwise : value;
    }

    /** A time such as 500ms, 30s, 5m, 1h or 7d. */
    public Duration duration(String key, Duration min, Duration max, Duration otherwise, String meaning) {
        String range = "from " + show(min) + " to " + show(max);
        describe(key, new Schema.Type.Time(range), meaning, show(otherwise));
        Duration value = value(key, "a time such as 500ms, 30s, 5m, 1h or 7d, " + range, scalar -> {
            Matcher m = AMOUNT.matcher(scalar.text());
            if (!m.matches()) {
                return null;
            }
            long n = Long.parseLong(m.group(1));
            Duration time = switch (m.group(2)) {
                case "ms" -> Duration.ofMillis(n);
                case "s" -> Duration.ofSeconds(n);
                case "m" -> Duration.ofMinutes(n);
                case "h" -> Duration.ofHours(n);
                case "d" -> Duration.ofDays(n);
                case "" -> n == 0 ? Duration.ZERO : null;
                default -> null;
            };
            return time == null || time.compareTo(min) < 0 || time.compareTo(max) > 0 ? null : time;
        });
        return value == null ? otherwise : value;
    }

    /** One of some words. */
    public <T> T choice(String key, List<String> words, List<T> meanings, T otherwise, String meaning) {
        int usual = meanings.indexOf(otherwise);
        describe(key, new Schema.Type.Choice(words), meaning, usual < 0 ? null : words.get(usual));
        T value = value(key, "one of " + String.join(", ", words), scalar -> {
            int at = words.indexOf(scalar.text());
            return at < 0 ? null : meanings.get(at);
        });
        return value == null ? otherwise : value;
    }

    /** One of the constants of an enum, in lower case. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise, String meaning) {
        List<E> constants = List.of(type.getEnumConstants());
        return choice(key, words(constants), constants, otherwise, meaning);
    }

    /** Several of the constants of an enum, in lower case. */
    public <E extends Enum<E>> List<E> choices(String key, Class<E> type, String meaning) {
        List<E> constants = List.of(type.getEnumConstants());
        List<String> words = words(constants);
        describe(key, new Schema.Type.Several(new Schema.Type.Choice(words)), meaning, null);
        return several(
                key,
                "one of " + String.join(", ", words),
                text -> {
                    int at = words.indexOf(text);
                    if (at < 0) {
                        throw new NumberFormatException(); // the expectation says it all
                    }
                    return constants.get(at);
                },
                meaning);
    }

    private static <E extends Enum<E>> List<String> words(List<E> constants) {
        return constants.stream().map(c -> c.name().toLowerCase(Locale.ROOT)).toList();
    }

    /** A path, relative to the file's folder. */
    public @Nullable Path path(String key, String meaning) {
        return parsed(key, "a path", text -> document.folder.resolve(text).normalize(), meaning);
    }

    /** The path of a file that can be read. */
    public @Nullable Path file(String key, String meaning) {
        return parsed(
                key,
                "a file",
                text -> {
                    Path file = document.folder.resolve(text).normalize();
                    if (!Files.isReadable(file)) {
                        throw new IllegalArgumentException(
                                file + (Files.exists(file) ? " cannot be read" : " does not exist"));
                    }
                    return file;
                },
                meaning);
    }

    // --- parts -----------------------------------------------------------------------------------------------------

    /** A part of the file, read by the function; null if there is no such key. Keys that it does not read are problems. */
    public <T> @Nullable T section(String key, String meaning, Function<Section, @Nullable T> reader) {
        describePart(key, meaning, false, reader);
        Node.Entry entry = find(key);
        return entry == null ? null : read(of(entry.value(), below(key), document), reader);
    }

    /** A list of parts; those that the function makes null of are left out. Empty if there is no such key. */
    public <T> List<T> sections(String key, String meaning, Function<Section, @Nullable T> reader) {
        describePart(key, meaning, true, reader);
        Node.Entry entry = find(key);
        if (entry == null) {
            return List.of();
        }
        if (!(entry.value() instanceof Node.Sequence list)) {
            problem(entry.value(), key, "is " + entry.value().show() + ", expected a list");
            return List.of();
        }
        List<T> all = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            T one = read(of(list.items().get(i), below(key) + "[" + i + "]", document), reader);
            if (one != null) {
                all.add(one);
            }
        }
        return all;
    }

    private static <T> @Nullable T read(Section section, Function<Section, @Nullable T> reader) {
        T value = reader.apply(section);
        section.end();
        return value;
    }

    private <T> void describePart(String key, String meaning, boolean list, Function<Section, @Nullable T> reader) {
        known.put(key, meaning);
        if (schema != null) {
            Schema below = describe(part -> {
                var _ = reader.apply(part);
            });
            schema.add(new Schema.Key(
                    key, list ? new Schema.Type.Parts(below) : new Schema.Type.Part(below), meaning, null, false));
        }
    }

    private void describe(String key, Schema.Type type, String meaning, @Nullable String otherwise) {
        known.put(key, meaning);
        if (schema != null) {
            schema.add(new Schema.Key(key, type, meaning, otherwise, false));
        }
    }

    // --- problems --------------------------------------------------------------------------------------------------

    /** Notes a problem unless the key is there; it must have been read. */
    public void require(String key) {
        if (schema != null) {
            schema.require(key);
        }
        if (find(key) == null) {
            missing(key + ": " + known.get(key));
        }
    }

    /** Notes that this section lacks something. */
    public void missing(String what) {
        document.problems.add(new Problem(node.line(), node.column(), path, "lacks " + what));
    }

    /** Notes that the value of a key, though well-formed, cannot be used. */
    public void wrong(String key, String message) {
        Node.Entry entry = find(key);
        problem(entry == null ? node : entry.value(), key, message);
    }

    /** To be called when all keys were read: notes those that nobody has read. */
    void end() {
        for (Node.Entry entry : node.entries()) {
            if (!known.containsKey(entry.key())) {
                document.problems.add(new Problem(
                        entry.line(),
                        entry.column(),
                        below(entry.key()),
                        "is not a key here, expected " + String.join(", ", known.keySet())));
            }
        }
    }

    private <T> @Nullable T value(String key, String expected, Function<Node.Scalar, @Nullable T> reader) {
        Node.Entry entry = find(key);
        return entry == null ? null : value(entry.value(), key, expected, false, reader);
    }

    private <T> @Nullable T value(
            Node value, String key, String expected, boolean secret, Function<Node.Scalar, @Nullable T> reader) {
        String why = "";
        if (value instanceof Node.Scalar scalar && scalar.kind() != Kind.NULL) {
            try {
                T result = reader.apply(scalar);
                if (result != null) {
                    return result;
                }
            } catch (NumberFormatException | ArithmeticException e) {
                // The expectation says it all.
            } catch (IllegalArgumentException e) {
                why = " (" + e.getMessage() + ")";
            }
        }
        boolean hidden = secret && value instanceof Node.Scalar s && !s.text().startsWith(FILE);
        problem(value, key, "is " + (hidden ? HIDDEN : value.show()) + ", expected " + expected + why);
        return null;
    }

    private void problem(Node at, String key, String message) {
        document.problems.add(new Problem(at.line(), at.column(), below(key), message));
    }

    private Node.@Nullable Entry find(String key) {
        for (Node.Entry entry : node.entries()) {
            if (entry.key().equals(key)) {
                return entry;
            }
        }
        return null;
    }

    private String below(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** As it would be written in a file. */
    public static String show(Duration time) {
        long millis = time.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    /** As it would be written in a file. */
    public static String showSize(long octets) {
        if (octets > 0 && octets % (1L << 30) == 0) {
            return (octets >> 30) + " GiB";
        }
        if (octets > 0 && octets % (1L << 20) == 0) {
            return (octets >> 20) + " MiB";
        }
        return octets > 0 && octets % (1L << 10) == 0 ? (octets >> 10) + " KiB" : Long.toString(octets);
    }
}
