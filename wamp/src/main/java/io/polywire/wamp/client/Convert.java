package io.polywire.wamp.client;

import io.polywire.model.InvalidArgument;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Between the Java values of users and those of the wire; what is not simple goes through Jackson databind, if it is there. */
final class Convert {
    private static final int DEPTH = 60; // below the nesting that peers accept
    private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private Convert() {}

    /**
     * A value as the codecs take it.
     *
     * @throws IllegalArgumentException if there is no such form
     */
    static @Nullable Object toWire(@Nullable Object value) {
        return toWire(value, 0);
    }

    private static @Nullable Object toWire(@Nullable Object value, int depth) {
        if (depth > DEPTH) {
            throw new IllegalArgumentException("the value is nested more than " + DEPTH + " deep");
        }
        return switch (value) {
            case null -> null;
            case String s -> s;
            case Long n -> n;
            case Boolean b -> b;
            case Double d -> d;
            case byte[] b -> b;
            case Number n -> number(n);
            case CharSequence s -> s.toString();
            case Character c -> c.toString();
            case Enum<?> e -> e.name();
            case Optional<?> o -> toWire(o.orElse(null), depth);
            case Arguments a -> throw new IllegalArgumentException("Arguments cannot be an argument: " + a);
            case Collection<?> c -> list(c, depth);
            case Map<?, ?> m -> map(m, depth);
            case Object a when a.getClass().isArray() -> array(a, depth);
            default -> toWire(DataBinding.toPlain(value), depth + 1);
        };
    }

    private static Object number(Number n) {
        return switch (n) {
            case Integer i -> i.longValue();
            case Short s -> s.longValue();
            case Byte b -> b.longValue();
            case Float f -> f.doubleValue();
            case BigInteger b -> b.compareTo(MIN) >= 0 && b.compareTo(MAX) <= 0 ? (Object) b.longValue() : b;
            case BigDecimal d -> d.doubleValue();
            default -> n.doubleValue() == n.longValue() ? (Object) n.longValue() : (Object) n.doubleValue();
        };
    }

    private static List<@Nullable Object> list(Collection<?> values, int depth) {
        List<@Nullable Object> list = new ArrayList<>(values.size());
        for (Object value : values) {
            list.add(toWire(value, depth + 1));
        }
        return list;
    }

    private static Map<String, @Nullable Object> map(Map<?, ?> values, int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        values.forEach((key, value) -> map.put(key(key), toWire(value, depth + 1)));
        return map;
    }

    private static String key(@Nullable Object key) {
        return switch (key) {
            case String s -> s;
            case Enum<?> e -> e.name();
            case null, default -> throw new IllegalArgumentException("a map's key must be a string, not " + key);
        };
    }

    private static List<@Nullable Object> array(Object array, int depth) {
        int length = Array.getLength(array);
        List<@Nullable Object> list = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            list.add(toWire(Array.get(array, i), depth + 1));
        }
        return list;
    }

    /** A map off the wire, whose keys are strings. */
    @SuppressWarnings("unchecked") // The codecs and toWire() make no others.
    static Map<String, @Nullable Object> strings(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }

    /**
     * A received value as that type, primitives boxed; null only for null.
     *
     * @throws InvalidArgument whose text continues "argument 3 …"
     */
    static @Nullable Object fromWire(@Nullable Object value, Type type) {
        if (value == null || type == Object.class || type == value.getClass()) {
            return value;
        }
        if (type instanceof Class<?> c) {
            return fromWire(value, c);
        }
        if (type instanceof ParameterizedType p && p.getRawType() == Optional.class) {
            return Optional.ofNullable(fromWire(value, p.getActualTypeArguments()[0]));
        }
        return DataBinding.convert(value, type);
    }

    private static Object fromWire(Object value, Class<?> type) {
        if (type == String.class) {
            throw new InvalidArgument("must be a string, not " + kind(value));
        }
        if (type == Boolean.class || type == boolean.class) {
            return expect(value, Boolean.class, "a boolean");
        }
        if (type == byte[].class) {
            return expect(value, byte[].class, "binary");
        }
        if (type == Double.class || type == double.class) {
            return expect(value, Number.class, "a number").doubleValue();
        }
        if (type == Float.class || type == float.class) {
            return expect(value, Number.class, "a number").floatValue();
        }
        if (type == Long.class || type == long.class) {
            return integer(value, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == Integer.class || type == int.class) {
            return (int) integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == Short.class || type == short.class) {
            return (short) integer(value, Short.MIN_VALUE, Short.MAX_VALUE);
        }
        if (type == Byte.class || type == byte.class) {
            return (byte) integer(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
        }
        if (type == BigInteger.class && value instanceof Long n) {
            return BigInteger.valueOf(n);
        }
        if (type == List.class || type == Collection.class) {
            return expect(value, List.class, "a list");
        }
        if (type == Map.class) {
            return expect(value, Map.class, "a dict");
        }
        return type.isInstance(value) ? value : DataBinding.convert(value, type);
    }

    private static long integer(Object value, long min, long max) {
        // JSON peers may write whole numbers with a fraction.
        Object whole =
                value instanceof Double d && d == Math.rint(d) && Math.abs(d) <= 1L << 53 ? d.longValue() : value;
        if (whole instanceof Long n && n >= min && n <= max) {
            return n;
        }
        throw new InvalidArgument(
                whole instanceof Long || whole instanceof BigInteger
                        ? "must be an integer of " + min + " to " + max + ", not " + whole
                        : "must be an integer, not " + kind(value));
    }

    private static <T> T expect(Object value, Class<T> type, String name) {
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw new InvalidArgument("must be " + name + ", not " + kind(value));
    }

    private static String kind(Object value) {
        return switch (value) {
            case String s -> "a string";
            case Boolean b -> "a boolean";
            case Long n -> "an integer";
            case BigInteger n -> "an integer";
            case Number n -> "a number";
            case byte[] b -> "binary";
            case List<?> l -> "a list";
            default -> "a dict";
        };
    }
}
