package io.polywire.net;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** HTTP header fields in the order of the wire; names are compared without regard to case. Immutable. */
public final class Headers implements Iterable<Headers.Field> {
    /** One field. */
    public record Field(String name, String value) {}

    /** No field. */
    public static final Headers EMPTY = new Headers(List.of());

    private final List<Field> fields;

    private Headers(List<Field> fields) {
        this.fields = fields;
    }

    /**
     * Names and values in turn.
     *
     * @throws IllegalArgumentException if a name is no token, or a value contains control characters
     */
    public static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("name without value: " + namesAndValues[namesAndValues.length - 1]);
        }
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(checked(namesAndValues[i], namesAndValues[i + 1]));
        }
        return new Headers(List.copyOf(fields));
    }

    /** These fields and one more; throws like {@link #of}. */
    public Headers with(String name, String value) {
        List<Field> more = new ArrayList<>(fields);
        more.add(checked(name, value));
        return new Headers(List.copyOf(more));
    }

    /** These fields without those of the names, which are in lower case. */
    public Headers without(Set<String> names) {
        List<Field> rest = fields.stream()
                .filter(field -> !names.contains(field.name().toLowerCase(Locale.ROOT)))
                .toList();
        return rest.isEmpty() ? EMPTY : new Headers(List.copyOf(rest));
    }

    private static final Map<String, String> COMMON = Stream.of(
                    "Host",
                    "Upgrade",
                    "Connection",
                    "Sec-WebSocket-Key",
                    "Sec-WebSocket-Version",
                    "Sec-WebSocket-Protocol",
                    "Sec-WebSocket-Extensions",
                    "Origin",
                    "User-Agent",
                    "Cookie",
                    "Accept-Encoding",
                    "Accept-Language",
                    "Cache-Control",
                    "Pragma",
                    "websocket",
                    "13",
                    "no-cache")
            .collect(Collectors.toUnmodifiableMap(text -> text, text -> text));

    static Headers copyOf(Iterable<Map.Entry<String, String>> entries) {
        List<Field> fields = new ArrayList<>();
        for (Map.Entry<String, String> e : entries) {
            fields.add(new Field(shared(e.getKey()), shared(e.getValue())));
        }
        return fields.isEmpty() ? EMPTY : new Headers(List.copyOf(fields));
    }

    /** Connections that live long keep the headers they began with: the texts that most of them have are there once. */
    private static String shared(String text) {
        return COMMON.getOrDefault(text, text);
    }

    private static Field checked(String name, String value) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c > 32 && c < 127 && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0)) {
            throw new IllegalArgumentException("'" + name + "' is no header name");
        }
        if (value.chars().anyMatch(c -> (c < 32 && c != '\t') || c == 127 || c > 255)) {
            throw new IllegalArgumentException("value of header " + name + " contains a forbidden character");
        }
        return new Field(name, value);
    }

    /** The value of the first field of that name, null if there is none. */
    public @Nullable String first(String name) {
        for (Field f : fields) {
            if (f.name.equalsIgnoreCase(name)) {
                return f.value;
            }
        }
        return null;
    }

    /** The values of all fields of that name. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (Field f : fields) {
            if (f.name.equalsIgnoreCase(name)) {
                values.add(f.value);
            }
        }
        return values;
    }

    /** The comma-separated elements of all fields of that name, trimmed, empty ones left out. */
    public List<String> elements(String name) {
        List<String> elements = new ArrayList<>();
        for (String value : all(name)) {
            for (String element : value.split(",")) {
                String trimmed = element.trim();
                if (!trimmed.isEmpty()) {
                    elements.add(trimmed);
                }
            }
        }
        return elements;
    }

    /** Whether an {@linkplain #elements element} equals the token without regard to case. */
    public boolean hasElement(String name, String token) {
        for (String element : elements(name)) {
            if (element.equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    /** Number of fields. */
    public int size() {
        return fields.size();
    }

    @Override
    public Iterator<Field> iterator() {
        return fields.iterator();
    }

    @Override
    public String toString() {
        return fields.toString();
    }
}
