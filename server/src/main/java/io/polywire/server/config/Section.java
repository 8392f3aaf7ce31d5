package io.polywire.server.config;

import io.polywire.server.config.ConfigException.Problem;
import io.polywire.server.config.Node.Scalar.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one part of the file. Each method reads one key: it returns the value, or the default where there is none, or
 * notes a problem and returns the default. {@link #end} then notes the keys that nobody has read.
 */
final class Section {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,12}) ?([A-Za-z]*)");

    private final Node.Mapping node;
    private final String path;
    private final List<Problem> problems;
    private final Set<String> known = new LinkedHashSet<>();

    private Section(Node.Mapping node, String path, List<Problem> problems) {
        this.node = node;
        this.path = path;
        this.problems = problems;
    }

    /** The section that a node is; an empty one, and a problem, if it is something else. */
    static Section of(Node node, String path, List<Problem> problems) {
        if (node instanceof Node.Mapping mapping) {
            return new Section(mapping, path, problems);
        }
        problems.add(
                new Problem(node.line(), node.column(), path, "is " + node.show() + ", expected keys with values"));
        return new Section(new Node.Mapping(node.line(), node.column(), List.of()), path, problems);
    }

    boolean has(String key) {
        return find(key) != null;
    }

    /** Text as it stands; numbers and booleans too, as written. */
    @Nullable
    String text(String key) {
        return value(key, "text", scalar -> scalar.text());
    }

    /** Text that the function understands; its {@link IllegalArgumentException} says what is wrong. */
    <T> @Nullable T parsed(String key, String expected, Function<String, T> parser) {
        return value(key, expected, scalar -> parser.apply(scalar.text()));
    }

    boolean flag(String key, boolean otherwise) {
        Boolean value = value(
                key,
                "true or false",
                scalar -> scalar.kind() == Kind.BOOLEAN
                        ? Boolean.valueOf(scalar.text().toLowerCase(Locale.ROOT))
                        : null);
        return value == null ? otherwise : value;
    }

    int number(String key, int min, int max, int otherwise) {
        Integer value = value(key, "a number from " + min + " to " + max, scalar -> {
            long n = Long.parseLong(scalar.text());
            return n < min || n > max ? null : (int) n;
        });
        return value == null ? otherwise : value;
    }

    /** Octets: a number, or one with KiB, MiB or GiB. */
    long size(String key, long min, long max, long otherwise) {
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

    /** A time such as 500ms, 30s, 5m or 1h. */
    Duration duration(String key, Duration min, Duration max, Duration otherwise) {
        String expected = "a time such as 500ms, 30s, 5m or 1h, from " + show(min) + " to " + show(max);
        Duration value = value(key, expected, scalar -> {
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
                case "" -> n == 0 ? Duration.ZERO : null;
                default -> null;
            };
            return time == null || time.compareTo(min) < 0 || time.compareTo(max) > 0 ? null : time;
        });
        return value == null ? otherwise : value;
    }

    /** One of some words. */
    <T> T choice(String key, List<String> words, List<T> meanings, T otherwise) {
        T value = value(key, "one of " + String.join(", ", words), scalar -> {
            int at = words.indexOf(scalar.text());
            return at < 0 ? null : meanings.get(at);
        });
        return value == null ? otherwise : value;
    }

    @Nullable
    Section section(String key) {
        Node.Entry entry = find(key);
        return entry == null ? null : of(entry.value(), below(key), problems);
    }

    /** The items of a list of sections; empty if there is no such key. */
    List<Section> sections(String key) {
        Node.Entry entry = find(key);
        if (entry == null) {
            return List.of();
        }
        if (!(entry.value() instanceof Node.Sequence list)) {
            problem(entry.value(), key, "is " + entry.value().show() + ", expected a list");
            return List.of();
        }
        List<Section> sections = new ArrayList<>();
        for (Node item : list.items()) {
            sections.add(of(item, below(key) + "[" + sections.size() + "]", problems));
        }
        return sections;
    }

    /** Notes that this section lacks a key. */
    void missing(String what) {
        problems.add(new Problem(node.line(), node.column(), path, "lacks " + what));
    }

    /** Notes that the value of a key, though well-formed, cannot be used. */
    void wrong(String key, String message) {
        Node.Entry entry = find(key);
        problem(entry == null ? node : entry.value(), key, message);
    }

    /** To be called when all keys were read. */
    void end() {
        for (Node.Entry entry : node.entries()) {
            if (!known.contains(entry.key())) {
                problems.add(new Problem(
                        entry.line(),
                        entry.column(),
                        below(entry.key()),
                        "is not a key here, expected " + String.join(", ", known)));
            }
        }
    }

    private <T> @Nullable T value(String key, String expected, Function<Node.Scalar, @Nullable T> reader) {
        Node.Entry entry = find(key);
        if (entry == null) {
            return null;
        }
        Node value = entry.value();
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
        problem(value, key, "is " + value.show() + ", expected " + expected + why);
        return null;
    }

    private void problem(Node at, String key, String message) {
        problems.add(new Problem(at.line(), at.column(), below(key), message));
    }

    private Node.@Nullable Entry find(String key) {
        known.add(key);
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

    private static String show(Duration time) {
        long millis = time.toMillis();
        if (millis % 3_600_000 == 0 && millis > 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0 && millis > 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
