package io.polywire.wamp.client;

import io.polywire.model.InvalidArgument;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Records and other objects by Jackson databind, an optional dependency: nothing here is loaded before it is needed. */
final class DataBinding {
    private DataBinding() {}

    /** Apart, so that the class without the library on the class path is only touched inside a try. */
    private static final class Mapper {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .findAndAddModules()
                .build();

        static @Nullable Object toPlain(Object value) {
            try {
                return MAPPER.convertValue(value, Object.class);
            } catch (JacksonException | IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        value.getClass().getName() + " cannot be sent: " + e.getMessage(), e);
            }
        }

        static @Nullable Object convert(Object value, Type type) {
            try {
                return MAPPER.convertValue(value, MAPPER.constructType(type));
            } catch (JacksonException | IllegalArgumentException e) {
                throw new InvalidArgument("does not fit " + type.getTypeName() + ": " + firstLine(e));
            }
        }

        private static String firstLine(Exception e) {
            String text = String.valueOf(e.getMessage());
            int end = text.indexOf('\n');
            return end < 0 ? text : text.substring(0, end);
        }
    }

    /** Maps, lists and scalars that say the same. */
    static @Nullable Object toPlain(Object value) {
        Object plain;
        try {
            plain = Mapper.toPlain(value);
        } catch (NoClassDefFoundError e) {
            throw missing(value.getClass(), e);
        }
        if (plain != null && plain.getClass() == value.getClass()) {
            throw new IllegalArgumentException(value.getClass().getName() + " cannot be sent");
        }
        return plain;
    }

    /**
     * A received value as that type.
     *
     * @throws InvalidArgument if it does not fit
     */
    static Object convert(Object value, Type type) {
        Object converted;
        try {
            converted = Mapper.convert(value, type);
        } catch (NoClassDefFoundError e) {
            throw missing(type, e);
        }
        if (converted == null) {
            throw new InvalidArgument("is nothing as " + type.getTypeName());
        }
        return converted;
    }

    private static IllegalStateException missing(Type type, Throwable cause) {
        return new IllegalStateException(
                type.getTypeName() + " needs tools.jackson.core:jackson-databind on the class path", cause);
    }
}
