package io.polywire.hemi.message;

import io.polywire.hemi.message.JsonReader.Token;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The form in JSON of one type of a record's components. Thread-safe. */
sealed interface ValueType {
    /**
     * The value that the parser is on, which is not null.
     *
     * @param name of the member, for the exception
     * @throws InvalidCommandException if it is of another type
     */
    Object read(JsonReader in, Token token, String name);

    /** What an absent member stands for. */
    @Nullable
    Object zero();

    /** Writes the value; null as zero. */
    void write(JsonText out, @Nullable Object value);

    /**
     * @param unsigned bits of an unsigned integer, 0 for the range of the type
     * @throws IllegalArgumentException if there is no form for the type
     */
    static ValueType of(Type type, int unsigned) {
        if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
            return new ListOf(of(p.getActualTypeArguments()[0], unsigned));
        }
        if (!(type instanceof Class<?> c)) {
            throw new IllegalArgumentException("no JSON form for " + type);
        }
        if (c == long.class || c == Long.class) {
            return unsigned == 64 ? new Unsigned64() : signedOr(unsigned, Long.MIN_VALUE, Long.MAX_VALUE, false);
        }
        if (c == int.class || c == Integer.class) {
            return signedOr(unsigned, Integer.MIN_VALUE, Integer.MAX_VALUE, true);
        }
        if (c == boolean.class || c == Boolean.class) {
            return new Bool();
        }
        if (c == String.class) {
            return new Text();
        }
        if (c == ByteSlice.class) {
            return new Hex();
        }
        if (c == BigInteger.class) {
            return new Big();
        }
        if (c.isRecord()) {
            return new Nested(c.asSubclass(Record.class));
        }
        throw new IllegalArgumentException("no JSON form for " + type);
    }

    private static ValueType signedOr(int unsigned, long least, long most, boolean small) {
        if (unsigned == 0) {
            return new Whole(least, most, small);
        }
        if (unsigned > 32 || small && unsigned > 16) {
            throw new IllegalArgumentException(unsigned + " unsigned bits do not fit");
        }
        return new Whole(0, (1L << unsigned) - 1, small);
    }

    /** Digits of the longest integer that is taken; reading one takes more than linear time. */
    int LONGEST_INTEGER = 1_000;

    private static InvalidCommandException wrong(String name, String expected) {
        return new InvalidCommandException(name + " must be " + expected);
    }

    /** An integer in a range; a number with fraction or exponent is none. */
    record Whole(long least, long most, boolean small) implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            Long value = token == Token.INTEGER ? in.integer() : null;
            if (value != null && value >= least && value <= most) {
                return boxed(value);
            }
            throw wrong(name, "an integer from " + least + " to " + most);
        }

        private Object boxed(long value) {
            return small ? (Object) (int) value : (Object) value;
        }

        @Override
        public Object zero() {
            return boxed(0);
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            out.number(value == null ? 0 : ((Number) value).longValue());
        }
    }

    /** An integer from 0 to 2^64 - 1 in the bits of a long. */
    record Unsigned64() implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            if (token == Token.INTEGER && in.length() <= 20) {
                BigInteger value = in.bigInteger();
                if (value.signum() >= 0 && value.bitLength() <= 64) {
                    return value.longValue();
                }
            }
            throw wrong(name, "an integer from 0 to 2^64 - 1");
        }

        @Override
        public Object zero() {
            return 0L;
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            long bits = value == null ? 0 : (Long) value;
            out.number(Long.toUnsignedString(bits));
        }
    }

    /** An integer of any size. */
    record Big() implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            if (token != Token.INTEGER || in.length() > LONGEST_INTEGER) {
                throw wrong(name, "an integer of at most " + LONGEST_INTEGER + " digits");
            }
            return in.bigInteger();
        }

        @Override
        public Object zero() {
            return BigInteger.ZERO;
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            out.number(value == null ? "0" : value.toString());
        }
    }

    record Bool() implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            return switch (token) {
                case TRUE -> true;
                case FALSE -> false;
                default -> throw wrong(name, "a boolean");
            };
        }

        @Override
        public Object zero() {
            return false;
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            out.bool(Boolean.TRUE.equals(value));
        }
    }

    record Text() implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            if (token != Token.STRING) {
                throw wrong(name, "a string");
            }
            return in.string();
        }

        @Override
        public Object zero() {
            return "";
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            out.string(value == null ? "" : (String) value);
        }
    }

    record Hex() implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            if (token == Token.STRING) {
                try {
                    return ByteSlice.ofHex(in.string());
                } catch (IllegalArgumentException bad) {
                    throw wrong(name, "hexadecimal digits: " + bad.getMessage());
                }
            }
            throw wrong(name, "a string of hexadecimal digits");
        }

        @Override
        public Object zero() {
            return ByteSlice.EMPTY;
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            out.string(value == null ? "" : ((ByteSlice) value).hex());
        }
    }

    record ListOf(ValueType element) implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            if (token != Token.ARRAY) {
                throw wrong(name, "a list");
            }
            List<@Nullable Object> list = new ArrayList<>();
            while (in.nextElement()) {
                Token t = in.next();
                list.add(t == Token.NULL ? element.zero() : element.read(in, t, name));
            }
            return Collections.unmodifiableList(list);
        }

        @Override
        public Object zero() {
            return List.of();
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            out.begin('[');
            if (value != null) {
                for (Object each : (List<?>) value) {
                    element.write(out, each);
                }
            }
            out.end(']');
        }
    }

    record Nested(Class<? extends Record> type) implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            if (token != Token.OBJECT) {
                throw wrong(name, "an object");
            }
            return RecordType.of(type).read(in);
        }

        @Override
        public Object zero() {
            return RecordType.of(type).zero();
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            RecordType.of(type).write(out, value == null ? RecordType.of(type).zero() : (Record) value, null);
        }
    }

    /** A type that has null as its zero. */
    record OrNull(ValueType type) implements ValueType {
        @Override
        public Object read(JsonReader in, Token token, String name) {
            return type.read(in, token, name);
        }

        @Override
        public @Nullable Object zero() {
            return null;
        }

        @Override
        public void write(JsonText out, @Nullable Object value) {
            if (value == null) {
                out.nothing();
            } else {
                type.write(out, value);
            }
        }
    }
}
