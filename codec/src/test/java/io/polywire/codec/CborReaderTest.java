package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.math.BigInteger;
import java.util.Collections;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CborReaderTest {
    @Test
    void integersOfAnyWidthAreRead() {
        read("01", "Long1");
        read("18 01", "Long1");
        read("19 0001", "Long1");
        read("1A 00000001", "Long1");
        read("1B 0000000000000001", "Long1");
        read("20", "Long-1");
        read("38 00", "Long-1");
        read("3B 7FFFFFFFFFFFFFFF", "Long-9223372036854775808");
        read("3B FFFFFFFFFFFFFFFF", "BigInteger-18446744073709551616");
        read("1B FFFFFFFFFFFFFFFF", "BigInteger18446744073709551615");
    }

    @Test
    void integersAreWrittenInTheSmallestForm() {
        written(23L, "17");
        written(24L, "18 18");
        written(256L, "19 0100");
        written(65536L, "1A 00010000");
        written(0x100000000L, "1B 0000000100000000");
        written(-24L, "37");
        written(-25L, "38 18");
        written(Long.MIN_VALUE, "3B 7FFFFFFFFFFFFFFF");
        written(new BigInteger("18446744073709551615"), "1B FFFFFFFFFFFFFFFF");
        written(new BigInteger("-18446744073709551616"), "3B FFFFFFFFFFFFFFFF");
        written(new BigInteger("18446744073709551616"), "C2 49 010000000000000000");
        written(new BigInteger("-18446744073709551617"), "C3 49 010000000000000000");
    }

    @Test
    void bignumsAreIntegers() {
        read("C2 49 010000000000000000", "BigInteger18446744073709551616");
        read("C3 49 010000000000000000", "BigInteger-18446744073709551617");
        read("C2 41 05", "Long5");
        read("C3 41 05", "Long-6");
        read("C2 40", "Long0");
        read("C2 5F 41 01 41 00 FF", "Long256");
    }

    @Test
    void aBignumTooLargeForDecimalIsBinary() {
        read("C2 59 01A0" + "FF".repeat(416), "h'" + "ff".repeat(416) + "'");
    }

    @Test
    void halfFloatsAreRead() {
        read("F9 3E00", "Double1.5");
        read("F9 0001", "Double5.960464477539063E-8");
        read("F9 7C00", "DoubleInfinity");
        read("F9 FE00", "DoubleNaN");
        read("FA 3FC00000", "Double1.5");
        read("FB 3FF8000000000000", "Double1.5");
    }

    @Test
    void indefiniteLengthsAreRead() {
        read("9F 01 02 FF", "[Long1, Long2]");
        read("9F FF", "[]");
        read("BF 61 61 01 61 62 9F FF FF", "{\"a\"=Long1, \"b\"=[]}");
        read("7F 61 61 62 62 63 FF", "\"abc\"");
        read("7F FF", "\"\"");
        read("5F 41 01 42 02 03 FF", "h'010203'");
        read("BF 7F 61 61 FF 01 FF", "{\"a\"=Long1}");
    }

    @Test
    void ofUnknownTagsTheInnerValueIsRead() {
        read("C1 1A 00000001", "Long1");
        read("D9 0102 81 01", "[Long1]");
        read("D9 D9F7 81 01", "[Long1]");
        read("C6 C7 D8 20 61 61", "\"a\"");
        read("A1 C0 61 61 01", "{\"a\"=Long1}");
    }

    @Test
    void simpleValuesWithoutMeaningAreNull() {
        read("F4", "Booleanfalse");
        read("F5", "Booleantrue");
        read("F6", "null");
        read("F7", "null");
        read("E0", "null");
        read("F8 FF", "null");
    }

    @Test
    void sizesAreWrittenInTheSmallestForm() {
        written(Collections.nCopies(23, 1L), "97" + "01".repeat(23));
        written(Collections.nCopies(24, 1L), "98 18" + "01".repeat(24));
        written(Collections.nCopies(256, 1L), "99 0100" + "01".repeat(256));
        written(Collections.nCopies(65536, 1L), "9A 00010000" + "01".repeat(65536));
    }

    @Test
    void keysAreStrings() {
        refused("A1 01 01", "CBOR: a key of a map is not a string at octet 1");
        refused("A1 41 61 01", "CBOR: a key of a map is not a string at octet 1");
        refused("81 BF F6 01 FF", "CBOR: a key of a map is not a string at octet 2");
        refused("A1 C1 01 01", "CBOR: a key of a map is not a string at octet 2");
    }

    @Test
    void reservedLengthsAreRefused() {
        refused("1C", "CBOR: additional information 28 is not allowed here at octet 0");
        refused("5D", "CBOR: additional information 29 is not allowed here at octet 0");
        refused("9E", "CBOR: additional information 30 is not allowed here at octet 0");
        refused("1F", "CBOR: additional information 31 is not allowed here at octet 0");
        refused("DF 01", "CBOR: additional information 31 is not allowed here at octet 0");
        refused("FC", "CBOR: a simple value or break is not allowed here at octet 0");
        refused("F8 1F", "CBOR: a simple value or break is not allowed here at octet 1");
    }

    @Test
    void aBreakEndsOnlyWhatIsIndefinite() {
        refused("FF", "CBOR: a simple value or break is not allowed here at octet 0");
        refused("81 FF", "CBOR: a simple value or break is not allowed here at octet 1");
        refused("9F C1 FF", "CBOR: a simple value or break is not allowed here at octet 2");
    }

    @Test
    void aMapDoesNotEndAfterAKey() {
        refused("BF 61 61 FF", "CBOR: a map ends after a key at octet 3");
    }

    @Test
    void theChunksOfAStringAreDefiniteStringsOfItsKind() {
        refused("7F 41 61 FF", "CBOR: a string of indefinite length holds something else at octet 2");
        refused("7F 7F 61 61 FF FF", "CBOR: a string of indefinite length holds something else at octet 2");
        refused("5F 61 61 FF", "CBOR: a string of indefinite length holds something else at octet 2");
    }

    @Test
    void textIsUtf8InEachChunk() {
        refused("61 FF", "CBOR: a string is not valid UTF-8 at octet 2");
        refused("7F 61 C3 61 A4 FF", "CBOR: a string is not valid UTF-8 at octet 3");
        refused("A1 62 C080 01", "CBOR: a string is not valid UTF-8 at octet 4");
    }

    @Test
    void nothingMayFollow() {
        refused("01 01", "CBOR: octets follow the message at octet 1");
    }

    @Test
    void aSizeBeyondTheOctetsIsRefusedAtOnce() {
        refused("9B 7FFFFFFFFFFFFFFF", "CBOR: the message is cut off after octet 9");
        refused("9B 8000000000000000", "CBOR: the message is cut off after octet 9");
        refused("BB 4000000000000000", "CBOR: the message is cut off after octet 9");
        refused("BB FFFFFFFFFFFFFFFF", "CBOR: the message is cut off after octet 9");
        refused("5B 7FFFFFFFFFFFFFFF", "CBOR: the message is cut off after octet 9");
        refused("7B FFFFFFFFFFFFFFFF", "CBOR: the message is cut off after octet 9");
    }

    @Test
    void sixtyFourLevelsAreAccepted() {
        read("81".repeat(63) + "80", "[".repeat(64) + "]".repeat(64));
        refused("9F".repeat(65), "CBOR: lists and maps are nested deeper than 64 at octet 65");
    }

    private static void read(String hex, String shown) {
        byte[] octets = Samples.hex(hex);
        assertEquals(shown, Samples.shown(Values.read(Serialization.CBOR, octets, 0, octets.length)));
    }

    private static void written(@Nullable Object value, String hex) {
        assertArrayEquals(Samples.hex(hex), Values.write(Serialization.CBOR, value));
    }

    private static void refused(String hex, String text) {
        byte[] octets = Samples.hex(hex);
        ProtocolViolation violation =
                assertThrows(ProtocolViolation.class, () -> Values.read(Serialization.CBOR, octets, 0, octets.length));
        assertEquals(text, violation.text());
    }
}
