package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.msgpack.value.Value;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/** Values of all types go through all serializations unchanged, and other libraries understand the same by them. */
class RoundTripTest {
    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final ObjectMapper CBOR = CBORMapper.builder().build();

    @Provide
    Arbitrary<List<@Nullable Object>> args() {
        return lists(3);
    }

    @Provide
    Arbitrary<Map<String, @Nullable Object>> kwargs() {
        return maps(2);
    }

    private static Arbitrary<List<@Nullable Object>> lists(int depth) {
        return values(depth).list().ofMaxSize(depth == 1 ? 40 : 8);
    }

    @SuppressWarnings("NullAway") // as below
    private static Arbitrary<Map<String, @Nullable Object>> maps(int depth) {
        return Arbitraries.maps(text(), values(depth))
                .ofMaxSize(depth == 1 ? 40 : 8)
                .map(LinkedHashMap::new);
    }

    @SuppressWarnings("NullAway") // jqwik says nothing about nulls, and takes them
    private static Arbitrary<@Nullable Object> values(int depth) {
        Arbitrary<@Nullable Object> flat = Arbitraries.oneOf(
                Arbitraries.of(true, false, null),
                Arbitraries.longs(),
                Arbitraries.of(0L, -1L, 23L, 24L, 127L, 128L, 255L, 256L, 65535L, 65536L, 1L << 32),
                Arbitraries.of(-24L, -25L, -32L, -33L, -128L, -129L, -32769L, Long.MIN_VALUE, Long.MAX_VALUE),
                Arbitraries.of(0.0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, 1e15, 123456789.125),
                Arbitraries.bigIntegers().between(BigInteger.ONE.shiftLeft(63), TWO_64.subtract(BigInteger.ONE)),
                Arbitraries.doubles(),
                text(),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(300));
        return depth == 1 ? flat : Arbitraries.oneOf(flat, lists(depth - 1), maps(depth - 1));
    }

    /** A string that begins with U+0000 can be taken for binary. */
    private static Arbitrary<String> text() {
        return Arbitraries.strings()
                .withCharRange('\0', '\uD7FF')
                .ofMaxLength(40)
                .map(s -> s.startsWith("\0") ? "x" + s : s);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void whatIsWrittenIsReadAgain(@ForAll("args") List<@Nullable Object> value) {
        for (Serialization serialization : Serialization.values()) {
            byte[] octets = Values.write(serialization, value);
            assertEquals(Samples.shown(value), Samples.shown(Values.read(serialization, octets, 0, octets.length)));
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void aPayloadMeansTheSameInAllSerializations(
            @ForAll("args") List<@Nullable Object> args, @ForAll("kwargs") Map<String, @Nullable Object> kwargs) {
        Message message = new Message.Publish(1, Dict.of(kwargs), "t", Payload.of(args, kwargs));
        for (Serialization from : Serialization.values()) {
            Message there = Samples.decode(from, Samples.encode(from, message));
            for (Serialization to : Serialization.values()) {
                Message back = Samples.decode(to, Samples.encode(to, there));
                assertEquals(Samples.shown(message), Samples.shown(back), from + " to " + to);
            }
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void jacksonReadsAndWritesTheSameJson(@ForAll("args") List<@Nullable Object> value) {
        Object expected = forJackson(value, true);
        assertEquals(
                Samples.shown(expected),
                Samples.shown(forJackson(JSON.readValue(Values.write(Serialization.JSON, value), Object.class), true)));
        byte[] theirs = JSON.writeValueAsBytes(expected);
        assertEquals(Samples.shown(value), Samples.shown(Values.read(Serialization.JSON, theirs, 0, theirs.length)));
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void jacksonReadsAndWritesTheSameCbor(@ForAll("args") List<@Nullable Object> value) {
        assertEquals(
                Samples.shown(value),
                Samples.shown(
                        forJackson(CBOR.readValue(Values.write(Serialization.CBOR, value), Object.class), false)));
        byte[] theirs = CBOR.writeValueAsBytes(value);
        assertEquals(Samples.shown(value), Samples.shown(Values.read(Serialization.CBOR, theirs, 0, theirs.length)));
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void msgpackCoreReadsAndWritesTheSame(@ForAll("args") List<@Nullable Object> value) throws IOException {
        byte[] ours = Values.write(Serialization.MSGPACK, value);
        assertEquals(
                Samples.shown(value),
                Samples.shown(plain(MessagePack.newDefaultUnpacker(ours).unpackValue())));
        MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();
        pack(packer, value);
        byte[] theirs = packer.toByteArray();
        assertArrayEquals(theirs, ours);
    }

    @Property(tries = 200)
    void integersOfAnySizeGoThroughJsonAndCbor(@ForAll BigInteger small, @ForAll long shift) {
        BigInteger value = small.shiftLeft((int) Math.floorMod(shift, 3300L - 256));
        Payload payload = Payload.of(value);
        Payload json = Payloads.in(payload, Serialization.JSON);
        Payload cbor = Payloads.in(json, Serialization.CBOR);
        Payload back = Payloads.in(compact(cbor), Serialization.JSON);
        assertEquals("[" + value + "]", Payloads.args(back).toString());
    }

    private static Payload compact(Payload payload) {
        return Payload.encoded(
                Serialization.CBOR, payload.octets(), payload.offset(), payload.length(), payload.elements());
    }

    /** Integers as Long where they fit; and in JSON, binary as the string that stands for it. */
    private static @Nullable Object forJackson(@Nullable Object value, boolean json) {
        return switch (value) {
            case Integer n -> n.longValue();
            case byte[] octets when json -> "\0" + Base64.getEncoder().encodeToString(octets);
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>();
                list.forEach(element -> copy.add(forJackson(element, json)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((k, v) -> copy.put((String) k, forJackson(v, json)));
                yield copy;
            }
            case null, default -> value;
        };
    }

    private static @Nullable Object plain(Value value) {
        return switch (value.getValueType()) {
            case NIL -> null;
            case BOOLEAN -> value.asBooleanValue().getBoolean();
            case INTEGER -> {
                BigInteger n = value.asIntegerValue().toBigInteger();
                yield n.bitLength() > 63 ? (Object) n : (Object) n.longValue();
            }
            case FLOAT -> value.asFloatValue().toDouble();
            case STRING -> value.asStringValue().asString();
            case BINARY -> value.asBinaryValue().asByteArray();
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                value.asArrayValue().forEach(element -> list.add(plain(element)));
                yield list;
            }
            case MAP -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                value.asMapValue()
                        .entrySet()
                        .forEach(e -> map.put(e.getKey().asStringValue().asString(), plain(e.getValue())));
                yield map;
            }
            case EXTENSION -> throw new AssertionError("extension");
        };
    }

    private static void pack(MessagePacker packer, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> packer.packNil();
            case Boolean bool -> packer.packBoolean(bool);
            case Long n -> packer.packLong(n);
            case BigInteger n -> packer.packBigInteger(n);
            case Double n -> packer.packDouble(n);
            case String s -> packer.packString(s);
            case byte[] octets -> packer.packBinaryHeader(octets.length).writePayload(octets);
            case List<?> list -> {
                packer.packArrayHeader(list.size());
                for (Object element : list) {
                    pack(packer, element);
                }
            }
            case Map<?, ?> map -> {
                packer.packMapHeader(map.size());
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    pack(packer, entry.getKey());
                    pack(packer, entry.getValue());
                }
            }
            default -> throw new AssertionError(value);
        }
    }
}
