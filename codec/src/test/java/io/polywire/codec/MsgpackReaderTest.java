package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MsgpackReaderTest {
    @Test
    void integersOfAnyWidthAreRead() {
        read("01", "Long1");
        read("CC 01", "Long1");
        read("CD 0001", "Long1");
        read("CE 00000001", "Long1");
        read("CF 0000000000000001", "Long1");
        read("D0 01", "Long1");
        read("D1 0001", "Long1");
        read("D2 00000001", "Long1");
        read("D3 0000000000000001", "Long1");
        read("FF", "Long-1");
        read("D0 FF", "Long-1");
        read("D1 FFFF", "Long-1");
        read("D2 FFFFFFFF", "Long-1");
        read("D3 FFFFFFFFFFFFFFFF", "Long-1");
        read("CF FFFFFFFFFFFFFFFF", "BigInteger18446744073709551615");
    }

    @Test
    void integersAreWrittenInTheSmallestForm() {
        written(127L, "7F");
        written(128L, "CC 80");
        written(255L, "CC FF");
        written(256L, "CD 0100");
        written(65535L, "CD FFFF");
        written(65536L, "CE 00010000");
        written(0xFFFFFFFFL, "CE FFFFFFFF");
        written(0x100000000L, "CF 0000000100000000");
        written(-32L, "E0");
        written(-33L, "D0 DF");
        written(-128L, "D0 80");
        written(-129L, "D1 FF7F");
        written(-32768L, "D1 8000");
        written(-32769L, "D2 FFFF7FFF");
        written((long) Integer.MIN_VALUE, "D2 80000000");
        written(Integer.MIN_VALUE - 1L, "D3 FFFFFFFF7FFFFFFF");
        written(Long.MIN_VALUE, "D3 8000000000000000");
    }

    @Test
    void stringsAndBinaryAreDistinct() {
        read("A1 61", "\"a\"");
        read("D9 01 61", "\"a\"");
        read("DA 0001 61", "\"a\"");
        read("DB 00000001 61", "\"a\"");
        read("C4 01 61", "h'61'");
        read("C5 0001 61", "h'61'");
        read("C6 00000001 61", "h'61'");
        written(new byte[] {0x61}, "C4 01 61");
        written("a".repeat(32), "D9 20" + "61".repeat(32));
        written("a".repeat(256), "DA 0100" + "61".repeat(256));
        written(new byte[256], "C5 0100" + "00".repeat(256));
    }

    @Test
    void floatsOfBothWidthsAreRead() {
        read("CA 3FC00000", "Double1.5");
        read("CB 3FF8000000000000", "Double1.5");
    }

    @Test
    void listsAndMapsOfAnyWidthAreRead() {
        read("DC 0001 01", "[Long1]");
        read("DD 00000001 01", "[Long1]");
        read("DE 0001 A1 6B 01", "{\"k\"=Long1}");
        read("DF 00000001 A1 6B 01", "{\"k\"=Long1}");
    }

    @Test
    void sizesAreWrittenInTheSmallestForm() {
        written(java.util.Collections.nCopies(15, 1L), "9F" + "01".repeat(15));
        written(java.util.Collections.nCopies(16, 1L), "DC 0010" + "01".repeat(16));
        written(java.util.Collections.nCopies(65536, 1L), "DD 00010000" + "01".repeat(65536));
        written(List.of(java.util.Collections.nCopies(16, 1L), 2L), "92 DC 0010" + "01".repeat(16) + "02");
        written(Map.of("k", 1L), "81 A1 6B 01");
    }

    @Test
    void undefinedOfJavaScriptIsNil() {
        byte[] subscribe = {
            (byte) 0x94,
            32,
            1, // SUBSCRIBE, request 1
            (byte) 0x81,
            (byte) 0xA1,
            'm', // options: m is
            (byte) 0xD4,
            0,
            0, // fixext 1 of type 0, octet 0
            (byte) 0xA1,
            't' // topic
        };
        Message.Subscribe read =
                (Message.Subscribe) Codecs.of(Serialization.MSGPACK).decode(subscribe, 0, subscribe.length);
        assertTrue(read.options().has("m"));
        assertNull(read.options().get("m"));
    }

    @Test
    void extensionsAreReadAsBinary() {
        read("D4 05 61", "h'61'");
        read("D5 05 6162", "h'6162'");
        read("D6 FF 00000001", "h'00000001'");
        read("C7 01 05 61", "h'61'");
        read("C8 0001 05 61", "h'61'");
        read("C9 00000001 05 61", "h'61'");
    }

    @Test
    void ofEqualKeysTheLastWins() {
        read("82 A1 6B 01 A1 6B 02", "{\"k\"=Long2}");
    }

    @Test
    void keysAreStrings() {
        refused("81 01 01", "MessagePack: a key of a map is not a string at octet 1");
        refused("81 C4 01 61 01", "MessagePack: a key of a map is not a string at octet 1");
        refused("91 81 C0 01", "MessagePack: a key of a map is not a string at octet 2");
        refused("81 A1 61 81 C3 01", "MessagePack: a key of a map is not a string at octet 4");
        refused("81 DC 0000 01", "MessagePack: a key of a map is not a string at octet 1");
    }

    @Test
    void theUnusedOctetIsRefused() {
        refused("C1", "MessagePack: 0xC1 begins no value at octet 0");
    }

    @Test
    void textIsUtf8() {
        refused("A1 FF", "MessagePack: a string is not valid UTF-8 at octet 2");
        refused("A2 C080", "MessagePack: a string is not valid UTF-8 at octet 3");
        refused("A3 EDA080", "MessagePack: a string is not valid UTF-8 at octet 4");
        refused("A4 F4908080", "MessagePack: a string is not valid UTF-8 at octet 5");
        refused("A2 61C3", "MessagePack: a string is not valid UTF-8 at octet 3");
        refused("81 A1 FF 01", "MessagePack: a string is not valid UTF-8 at octet 3");
        read("A4 F09F9880", "\"\uD83D\uDE00\"");
    }

    @Test
    void nothingMayFollow() {
        refused("01 01", "MessagePack: octets follow the message at octet 1");
    }

    @Test
    void aSizeBeyondTheOctetsIsRefusedAtOnce() {
        refused("DD FFFFFFFF", "MessagePack: the message is cut off after octet 5");
        refused("DF FFFFFFFF", "MessagePack: the message is cut off after octet 5");
        refused("DB FFFFFFFF", "MessagePack: the message is cut off after octet 5");
        refused("C9 FFFFFFFF", "MessagePack: the message is cut off after octet 5");
    }

    @Test
    void sixtyFourLevelsAreAccepted() {
        read("91".repeat(63) + "90", "[".repeat(64) + "]".repeat(64));
        refused("91".repeat(64) + "90", "MessagePack: lists and maps are nested deeper than 64 at octet 65");
    }

    private static void read(String hex, String shown) {
        byte[] octets = Samples.hex(hex);
        assertEquals(shown, Samples.shown(Values.read(Serialization.MSGPACK, octets, 0, octets.length)));
    }

    private static void written(@Nullable Object value, String hex) {
        assertArrayEquals(Samples.hex(hex), Values.write(Serialization.MSGPACK, value));
    }

    private static void refused(String hex, String text) {
        byte[] octets = Samples.hex(hex);
        ProtocolViolation violation = assertThrows(
                ProtocolViolation.class, () -> Values.read(Serialization.MSGPACK, octets, 0, octets.length));
        assertEquals(text, violation.text());
    }
}
