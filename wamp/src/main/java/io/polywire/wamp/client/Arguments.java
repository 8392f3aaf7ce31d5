package io.polywire.wamp.client;

import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Positional and named arguments: what a call, event, result or error carries.
 *
 * <p>Sent values are null, booleans, numbers, strings, enum constants (by name), {@code byte[]}, arrays, collections and maps of
 * such, and with Jackson databind on the class path records and other objects. Received values are null, {@link Boolean},
 * {@link Long}, {@link java.math.BigInteger} (beyond 64 bits), {@link Double}, {@link String}, {@code byte[]}, {@link List}
 * and {@link Map}; the typed accessors convert, and throw a {@link WampException} {@code wamp.error.invalid_argument} for a
 * value that is missing or does not fit. Thrown from a handler it becomes the answer.
 *
 * <pre>{@code
 * client.publish("shop.sold", Arguments.of("apple").with("count", 3));
 * client.subscribe("shop.sold", event -> stock.take(event.string(0), event.integer("count")));
 * }</pre>
 *
 * <p>Immutable and thread-safe. What was received is decoded at the first access, by the thread that asks.
 */
public sealed class Arguments permits Result, Event, Invocation {
    public static final Arguments NONE = new Arguments(Payload.EMPTY, Dict.EMPTY);

    private record Values(List<@Nullable Object> list, Map<String, @Nullable Object> map) {
        static final Values NONE = new Values(List.of(), Map.of());
    }

    private final Payload payload;
    private final Dict details;
    private volatile @Nullable Values values;

    Arguments(Payload payload, Dict details) {
        this.payload = payload;
        this.details = details;
    }

    private Arguments(List<@Nullable Object> list, Map<String, @Nullable Object> map) {
        this.payload = Payload.of(list, map);
        this.details = Dict.EMPTY;
        this.values = new Values(list, map);
    }

    /** The values as positional arguments; a single {@link Arguments} stands for itself. */
    public static Arguments of(@Nullable Object... values) {
        if (values.length == 1 && values[0] instanceof Arguments a) {
            return a;
        }
        return values.length == 0 ? NONE : of(Arrays.asList(values), Map.of());
    }

    static Arguments of(List<? extends @Nullable Object> values, Map<String, ? extends @Nullable Object> named) {
        List<@Nullable Object> list = new ArrayList<>(values.size());
        for (Object value : values) {
            list.add(Convert.toWire(value));
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        named.forEach((key, value) -> map.put(key, Convert.toWire(value)));
        return new Arguments(Collections.unmodifiableList(list), Collections.unmodifiableMap(map));
    }

    /** Named arguments only; a record's components with Jackson databind on the class path. */
    public static Arguments named(Object mapOrRecord) {
        if (Convert.toWire(mapOrRecord) instanceof Map<?, ?> map) {
            return new Arguments(List.of(), Collections.unmodifiableMap(Convert.strings(map)));
        }
        throw new IllegalArgumentException(mapOrRecord.getClass().getName() + " has no named parts");
    }

    /** These and one named argument more. */
    public Arguments with(String name, @Nullable Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(map());
        map.put(name, Convert.toWire(value));
        return new Arguments(list(), Collections.unmodifiableMap(map));
    }

    /** The positional ones; unmodifiable. */
    public List<@Nullable Object> list() {
        return values().list();
    }

    /** The named ones; unmodifiable. */
    public Map<String, @Nullable Object> map() {
        return values().map();
    }

    /** How many positional ones there are. */
    public int size() {
        return list().size();
    }

    public boolean isEmpty() {
        return payload.isEmpty() || list().isEmpty() && map().isEmpty();
    }

    /** The positional argument there, null also if there are fewer. */
    public @Nullable Object get(int index) {
        List<@Nullable Object> list = list();
        return index < list.size() ? list.get(index) : null;
    }

    /** The named argument, null also if there is none. */
    public @Nullable Object get(String name) {
        return map().get(name);
    }

    public String string(int index) {
        return as(index, String.class);
    }

    public String string(String name) {
        return as(name, String.class);
    }

    public long integer(int index) {
        return as(index, Long.class);
    }

    public long integer(String name) {
        return as(name, Long.class);
    }

    /** A number, integers included. */
    public double number(int index) {
        return as(index, Double.class);
    }

    /** A number, integers included. */
    public double number(String name) {
        return as(name, Double.class);
    }

    public boolean flag(int index) {
        return as(index, Boolean.class);
    }

    public boolean flag(String name) {
        return as(name, Boolean.class);
    }

    public byte[] bytes(int index) {
        return as(index, byte[].class);
    }

    public byte[] bytes(String name) {
        return as(name, byte[].class);
    }

    /** A positional argument as that type: a record, for example. */
    public <T> T as(int index, Class<T> type) {
        return required("argument " + index, get(index), type);
    }

    /** A named argument as that type. */
    public <T> T as(String name, Class<T> type) {
        return required("argument " + name, get(name), type);
    }

    /** The first positional argument as that type; without positional ones the named ones together. */
    public <T> T as(Class<T> type) {
        return list().isEmpty() && !map().isEmpty() ? required("the arguments", map(), type) : as(0, type);
    }

    private static <T> T required(String where, @Nullable Object value, Class<T> type) {
        @SuppressWarnings("unchecked") // Convert returns what the type says; primitives come boxed.
        T typed = (T) required(where, value, (Type) type);
        return typed;
    }

    static Object required(String where, @Nullable Object value, Type type) {
        Object converted = value == null ? null : convert(where, value, type);
        if (converted == null) {
            throw new WampException(Reasons.INVALID_ARGUMENT, where + " is missing");
        }
        return converted;
    }

    static @Nullable Object convert(String where, @Nullable Object value, Type type) {
        try {
            return Convert.fromWire(value, type);
        } catch (InvalidArgument e) {
            throw new WampException(Reasons.INVALID_ARGUMENT, where + " " + e.text());
        }
    }

    /**
     * The details that came with these arguments ({@code ppt_*}, {@code trustlevel} and others); empty for arguments that were
     * made here.
     */
    public Dict details() {
        return details;
    }

    Payload payload() {
        return payload;
    }

    private Values values() {
        Values v = values;
        if (v == null) {
            values = v = decode(payload, details);
        }
        return v;
    }

    private static Values decode(Payload payload, Dict details) {
        try {
            Payload plain = Passthru.unpack(details, payload);
            return plain.isEmpty() ? Values.NONE : new Values(Payloads.args(plain), Payloads.kwargs(plain));
        } catch (ProtocolViolation e) {
            throw new WampException(Reasons.INVALID_ARGUMENT, "the payload cannot be read: " + e.text());
        }
    }

    @Override
    public String toString() {
        if (isEmpty()) {
            return "()";
        }
        String list = list().toString();
        String args = list.substring(1, list.length() - 1);
        String kwargs = map().isEmpty() ? "" : map().toString();
        return "(" + args + (args.isEmpty() || kwargs.isEmpty() ? "" : ", ") + kwargs + ")";
    }
}
