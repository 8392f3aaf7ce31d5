package io.polywire.wamp.cli;

import io.polywire.wamp.client.Arguments;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Arguments and results as a person types and reads them. */
final class Values {
    /** Octets as WAMP writes them in JSON: U+0000, then base64. */
    private static final class Octets extends StdSerializer<byte[]> {
        Octets() {
            super(byte[].class);
        }

        @Override
        public void serialize(byte[] value, JsonGenerator out, SerializationContext context) {
            out.writeString("\0" + Base64.getEncoder().encodeToString(value));
        }
    }

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .addModule(new SimpleModule().addSerializer(byte[].class, new Octets()))
            .build();

    private Values() {}

    /** One argument: the JSON value if it is one, else the text as it stands. {@code 007} and {@code hello} are texts. */
    static @Nullable Object parse(String text) {
        try {
            return octets(JSON.readValue(text, Object.class));
        } catch (JacksonException e) {
            return text;
        }
    }

    /**
     * A JSON document.
     *
     * @throws IllegalArgumentException if it is none
     */
    static @Nullable Object json(String what, String text) {
        try {
            return octets(JSON.readValue(text, Object.class));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(what + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static @Nullable Object octets(@Nullable Object value) {
        return switch (value) {
            case String s when s.startsWith("\0") -> decoded(s);
            case java.math.BigDecimal d -> d.doubleValue();
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>();
                list.forEach(v -> copy.add(octets(v)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((k, v) -> copy.put((String) k, octets(v)));
                yield copy;
            }
            case null, default -> value;
        };
    }

    private static Object decoded(String text) {
        try {
            return Base64.getDecoder().decode(text.substring(1));
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** Positional and named arguments of a command line; named ones have the form {@code NAME=VALUE}. */
    static Arguments arguments(List<String> positional, List<String> named) {
        Arguments arguments =
                Arguments.of(positional.stream().map(Values::parse).toArray());
        for (String pair : named) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("'" + pair + "' is not NAME=VALUE");
            }
            arguments = arguments.with(pair.substring(0, equals), parse(pair.substring(equals + 1)));
        }
        return arguments;
    }

    /** As JSON, on one line. */
    static String compact(@Nullable Object value) {
        return JSON.writeValueAsString(value);
    }

    /** One value for people: texts as they are, everything else as JSON. */
    static String shown(@Nullable Object value) {
        return value instanceof String s && !s.startsWith("\0") ? s : compact(value);
    }

    /** For people: positional values one a line, then {@code name: value}. */
    static String lines(Arguments arguments) {
        List<String> lines = new ArrayList<>();
        arguments.list().forEach(value -> lines.add(shown(value)));
        arguments.map().forEach((name, value) -> lines.add(name + ": " + shown(value)));
        return String.join(System.lineSeparator(), lines);
    }

    /** For programs: an object with {@code args} and {@code kwargs}. */
    static Map<String, @Nullable Object> object(Arguments arguments) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("args", arguments.list());
        object.put("kwargs", arguments.map());
        return object;
    }
}
