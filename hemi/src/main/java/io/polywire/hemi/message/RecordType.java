package io.polywire.hemi.message;

import io.polywire.hemi.message.JsonReader.Token;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the JSON objects that stand for the values of a record class. Members that are unknown are ignored,
 * those that are absent or null have their zero value: 0, false, the empty text or list, a record of zero values; null
 * where the component is nullable. Thread-safe.
 */
final class RecordType<T extends Record> {
    private static final ClassValue<RecordType<?>> KNOWN = new ClassValue<>() {
        @Override
        protected RecordType<?> computeValue(Class<?> type) {
            return new RecordType<>(type.asSubclass(Record.class));
        }
    };

    private final Class<T> type;
    private final Component[] components;
    private final Map<String, Integer> places = new HashMap<>();
    private final MethodHandle constructor; // (Object[]) -> Record

    private record Component(String name, ValueType type, boolean omitEmpty, MethodHandle accessor) {}

    /**
     * @throws IllegalArgumentException if the class has a component of a type that JSON has no form for here
     */
    @SuppressWarnings("unchecked") // the class is the key
    static <T extends Record> RecordType<T> of(Class<T> type) {
        return (RecordType<T>) KNOWN.get(type);
    }

    private RecordType(Class<T> type) {
        this.type = type;
        RecordComponent[] all = type.getRecordComponents();
        this.components = new Component[all.length];
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            MethodType signature = MethodType.methodType(void.class, rawTypes(all));
            this.constructor = lookup.findConstructor(type, signature)
                    .asSpreader(Object[].class, all.length)
                    .asType(MethodType.methodType(Record.class, Object[].class));
            for (int i = 0; i < all.length; i++) {
                components[i] = component(lookup, all[i]);
                places.put(components[i].name, i);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " cannot be made or read", e);
        }
    }

    private static Class<?>[] rawTypes(RecordComponent[] components) {
        return Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    }

    private static Component component(MethodHandles.Lookup lookup, RecordComponent component)
            throws IllegalAccessException {
        Wire wire = component.getAnnotation(Wire.class);
        boolean isError = component.getType() == ProtocolError.class;
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        ValueType type = ValueType.of(component.getGenericType(), wire == null ? 0 : wire.unsigned());
        return new Component(
                wire == null || wire.value().isEmpty() ? component.getName() : wire.value(),
                nullable || isError ? new ValueType.OrNull(type) : type,
                isError || wire != null && wire.omitEmpty(),
                lookup.unreflect(component.getAccessor()).asType(MethodType.methodType(Object.class, Record.class)));
    }

    /**
     * The payload of a message; null if JSON has null.
     *
     * @throws InvalidCommandException if it is missing or of another type
     */
    @Nullable
    T read(Envelope envelope) {
        if (envelope.length() == 0) {
            throw new InvalidCommandException("payload is missing");
        }
        if (envelope.payloadIsNull()) {
            return null;
        }
        JsonReader in = new JsonReader(envelope.octets(), envelope.offset(), envelope.length());
        if (in.next() != Token.OBJECT) {
            throw new InvalidCommandException("payload is no object");
        }
        return read(in);
    }

    /** Reads the object that the parser is on. */
    T read(JsonReader in) {
        @Nullable Object[] values = new @Nullable Object[components.length];
        boolean[] set = new boolean[components.length];
        String name;
        while ((name = in.nextName()) != null) {
            Token token = in.next();
            Integer place = places.get(name);
            if (place == null) {
                in.skip(token);
            } else if (token != Token.NULL) {
                values[place] = components[place].type.read(in, token, name);
                set[place] = true;
            } else if (components[place].type instanceof ValueType.OrNull) {
                set[place] = false; // null takes back what an equal member before it said
            }
        }
        for (int i = 0; i < set.length; i++) {
            if (!set[i]) {
                values[i] = components[i].type.zero();
            }
        }
        return make(values);
    }

    /** All components zero. */
    T zero() {
        return make(Arrays.stream(components).map(c -> c.type.zero()).toArray());
    }

    @SuppressWarnings("unchecked") // made by its constructor
    private T make(@Nullable Object[] values) {
        try {
            return (T) (Record) constructor.invokeExact(values);
        } catch (IllegalArgumentException refused) {
            throw new InvalidCommandException(type.getSimpleName() + ": " + refused.getMessage());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes the value as an object; an error, if there is one, takes the place of its member {@code error}. */
    void write(JsonText out, Record value, @Nullable ProtocolError error) {
        out.begin('{');
        for (Component c : components) {
            if (error == null || !c.name.equals("error")) {
                member(out, c, value(c, value));
            }
        }
        if (error != null) {
            out.name("error");
            of(ProtocolError.class).write(out, error, null);
        }
        out.end('}');
    }

    private static void member(JsonText out, Component c, @Nullable Object value) {
        if (c.omitEmpty && (value == null || value.equals(c.type.zero()))) {
            return;
        }
        out.name(c.name);
        c.type.write(out, value);
    }

    private static @Nullable Object value(Component c, Record of) {
        try {
            return (Object) c.accessor.invokeExact(of);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
