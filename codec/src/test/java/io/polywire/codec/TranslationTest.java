package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of a payload in another serialization. */
class TranslationTest {
    @Test
    void binaryIsAStringOfU0000AndBase64InJson() {
        json("[\"\\u0000AQI=\"]", Serialization.MSGPACK, "91 C4 02 01 02");
        json("[\"\\u0000AQI=\"]", Serialization.CBOR, "81 42 01 02");
        fromJson("[\"\\u0000AQI=\"]", Serialization.MSGPACK, "91 C4 02 01 02");
        fromJson("[\"\\u0000AQI=\"]", Serialization.CBOR, "81 42 01 02");
    }

    @Test
    void infinityAndNanAreNullInJson() {
        json("[null]", Serialization.MSGPACK, "91 CB 7FF8000000000000");
        json("[null]", Serialization.MSGPACK, "91 CA 7F800000");
        json("[null,1.5]", Serialization.CBOR, "82 F9 FC00 F9 3E00");
    }

    @Test
    void integersStayIntegers() {
        json("[18446744073709551615]", Serialization.MSGPACK, "91 CF FFFFFFFFFFFFFFFF");
        json("[18446744073709551616]", Serialization.CBOR, "81 C2 49 010000000000000000");
        fromJson("[18446744073709551615]", Serialization.MSGPACK, "91 CF FFFFFFFFFFFFFFFF");
        fromJson("[18446744073709551615]", Serialization.CBOR, "81 1B FFFFFFFFFFFFFFFF");
        fromJson("[-9223372036854775809]", Serialization.CBOR, "81 3B 8000000000000000");
        fromJson("[9007199254740993]", Serialization.MSGPACK, "91 CF 0020000000000001");
    }

    @Test
    void integersBeyond64BitsAreDoublesInMessagePack() {
        fromJson("[18446744073709551616]", Serialization.MSGPACK, "91 CB 43F0000000000000");
        fromJson("[-9223372036854775809]", Serialization.MSGPACK, "91 CB C3E0000000000000");
    }

    @Test
    void tagsAndExtensionTypesAreDropped() {
        json("[[1]]", Serialization.CBOR, "81 D9 0102 81 01");
        json("[\"\\u0000YQ==\"]", Serialization.MSGPACK, "91 D4 05 61");
    }

    @Test
    void undefinedIsNull() {
        json("[null]", Serialization.CBOR, "81 F7");
    }

    @Test
    void escapesAreTextElsewhere() {
        fromJson("[\"\\u00e4\\n\"]", Serialization.MSGPACK, "91 A3 C3 A4 0A");
    }

    @Test
    void aPayloadIsTranslatedOnce() {
        Payload payload = Payload.of(1L);
        assertSame(Payloads.in(payload, Serialization.CBOR), Payloads.in(payload, Serialization.CBOR));
    }

    @Test
    void aPayloadInThatSerializationStaysAsItCame() {
        byte[] octets = Samples.hex("91 CD 0001");
        Payload payload = Payload.encoded(Serialization.MSGPACK, octets, 0, octets.length, 1);
        assertSame(payload, Payloads.in(payload, Serialization.MSGPACK));
    }

    @Test
    void whatIsNoValueIsNotSent() {
        Payload object = Payload.of(new Object());
        assertThrows(IllegalArgumentException.class, () -> Payloads.in(object, Serialization.JSON));
        Payload keys = Payload.of(Map.of(1, 2));
        assertThrows(IllegalArgumentException.class, () -> Payloads.in(keys, Serialization.JSON));
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        assertThrows(IllegalArgumentException.class, () -> Payloads.in(Payload.of(endless), Serialization.JSON));
    }

    private static void json(String json, Serialization from, String hex) {
        byte[] octets = Samples.hex(hex);
        Payload there = Payloads.in(Payload.encoded(from, octets, 0, octets.length, 1), Serialization.JSON);
        assertEquals(json, new String(octets(there), StandardCharsets.UTF_8));
    }

    private static void fromJson(String json, Serialization to, String hex) {
        byte[] octets = json.getBytes(StandardCharsets.UTF_8);
        Payload there = Payloads.in(Payload.encoded(Serialization.JSON, octets, 0, octets.length, 1), to);
        assertEquals(HexFormat.of().formatHex(Samples.hex(hex)), HexFormat.of().formatHex(octets(there)));
    }

    private static byte[] octets(Payload payload) {
        return java.util.Arrays.copyOfRange(payload.octets(), payload.offset(), payload.offset() + payload.length());
    }
}
