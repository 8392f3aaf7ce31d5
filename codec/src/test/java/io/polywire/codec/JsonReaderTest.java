package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonReaderTest {
    @Test
    void integersStayIntegers() {
        read("0", "Long0");
        read("-0", "Long0");
        read("999999999999999999", "Long999999999999999999");
        read("9223372036854775807", "Long9223372036854775807");
        read("-9223372036854775808", "Long-9223372036854775808");
        read("9223372036854775808", "BigInteger9223372036854775808");
        read("-123456789012345678901234567890", "BigInteger-123456789012345678901234567890");
    }

    @Test
    void numbersWithFractionOrExponentAreDoubles() {
        read("1.0", "Double1.0");
        read("1e2", "Double100.0");
        read("-1.5E-3", "Double-0.0015");
        read("1E+2", "Double100.0");
    }

    @Test
    void whiteSpaceIsAllowedBetweenTokens() {
        read(" \t\r\n[ 1 ,\n{ \"a\" : true } ] ", "[Long1, {\"a\"=Booleantrue}]");
    }

    @Test
    void escapesAreUnderstood() {
        read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\"\\/\b\f\n\r\t\"");
        read("\"\\u0041\\u00e4\\u20AC\\ud83d\\uDE00\"", "\"A\u00e4\u20ac\uD83D\uDE00\"");
        read("\"12345678\\n12345678\"", "\"12345678\n12345678\"");
        read("{\"\\u006b\":1}", "{\"k\"=Long1}");
    }

    @Test
    void aStringOfU0000AndBase64IsBinary() {
        read("\"\\u0000AQI=\"", "h'0102'");
        read("\"\\u0000AQID\"", "h'010203'");
        read("\"\\u0000\"", "h''");
        read("\"\\u0000+\\/8=\"", "h'fbff'");
        read("\"\\u0000AQI\"", "\"\0AQI\"");
        read("\"\\u0000A-I=\"", "\"\0A-I=\"");
        read("\"\\u0000AQ=I\"", "\"\0AQ=I\"");
        read("\"\\u0000A===\"", "\"\0A===\"");
        read("\"AQI=\"", "\"AQI=\"");
        read("{\"\\u0000AQI=\":1}", "{\"\0AQI=\"=Long1}");
    }

    @Test
    void ofEqualKeysTheLastWins() {
        read("{\"k\":1,\"j\":0,\"k\":2}", "{\"j\"=Long0, \"k\"=Long2}");
    }

    @Test
    void valuesAreWritten() {
        written(Arrays.asList(null, true, false, -1L, 1.5, "a"), "[null,true,false,-1,1.5,\"a\"]");
        written(
                List.of(Long.MIN_VALUE, Long.MAX_VALUE, 0L, 10L, 99L, 100L), //
                "[-9223372036854775808,9223372036854775807,0,10,99,100]");
        written(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY), "[null,null,null]");
        written(new BigInteger("18446744073709551616"), "18446744073709551616");
        written(
                "\"\\\b\f\n\r\t\0\u001f/\u007f\u00e4\uD83D\uDE00",
                "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f/\u007f\u00e4\uD83D\uDE00\"");
        written(new byte[] {1, 2}, "\"\\u0000AQI=\"");
        written(List.of(List.of(), List.of(1L), java.util.Map.of("k", List.of())), "[[],[1],{\"k\":[]}]");
    }

    @Test
    void halfASurrogatePairIsWrittenAsQuestionMark() {
        written("a\uD83D", "\"a?\"");
    }

    @Test
    void onlyValuesAreValues() {
        refused("", "JSON: the message is cut off after octet 0");
        refused("  ", "JSON: the message is cut off after octet 2");
        refused("nul", "JSON: the message is cut off after octet 3");
        refused("nulL", "JSON: no value begins here at octet 0");
        refused("True", "JSON: no value begins here at octet 0");
        refused("NaN", "JSON: no value begins here at octet 0");
        refused("+1", "JSON: no value begins here at octet 0");
        refused("'a'", "JSON: no value begins here at octet 0");
        refused("\uFEFF1", "JSON: no value begins here at octet 0");
        refused("// 1\n1", "JSON: no value begins here at octet 0");
    }

    @Test
    void commasSeparateAndDoNotEnd() {
        refused("[1,]", "JSON: no value begins here at octet 3");
        refused("[,1]", "JSON: no value begins here at octet 1");
        refused("[1 2]", "JSON: ',' is missing at octet 3");
        refused("{\"a\":1,}", "JSON: a key of a map is not a string at octet 7");
        refused("{\"a\" 1}", "JSON: ':' is missing at octet 5");
        refused("{\"a\":}", "JSON: no value begins here at octet 5");
        refused("{\"a\"}", "JSON: ':' is missing at octet 4");
        refused("[1}", "JSON: ',' is missing at octet 2");
        refused("{]", "JSON: a key of a map is not a string at octet 1");
    }

    @Test
    void keysAreStrings() {
        refused("{1:1}", "JSON: a key of a map is not a string at octet 1");
        refused("[{null:1}]", "JSON: a key of a map is not a string at octet 2");
    }

    @Test
    void numbersFollowTheGrammar() {
        refused("01", "JSON: a number begins with 0 at octet 0");
        refused("-01", "JSON: a number begins with 0 at octet 1");
        refused("-", "JSON: the message is cut off after octet 1");
        refused("-a", "JSON: a digit is missing at octet 1");
        refused("1.", "JSON: the message is cut off after octet 2");
        refused("[1.]", "JSON: a digit is missing at octet 3");
        refused("[.5]", "JSON: no value begins here at octet 1");
        refused("[1e]", "JSON: a digit is missing at octet 3");
        refused("[1e+]", "JSON: a digit is missing at octet 4");
        refused("0x10", "JSON: octets follow the message at octet 1");
    }

    @Test
    void aNumberHasAtMost1001Characters() {
        read("-1" + "0".repeat(999), "BigInteger-1" + "0".repeat(999));
        read("9".repeat(1001), "DoubleInfinity");
        refused("1" + "0".repeat(1001), "JSON: a number has more than 1001 characters at octet 0");
    }

    @Test
    void controlCharactersAreEscapedInStrings() {
        refused("\"a\nb\"", "JSON: a control character is in a string at octet 2");
        refused("\"12345678\u0001\"", "JSON: a control character is in a string at octet 9");
        refused("\"\u0000\"", "JSON: a control character is in a string at octet 1");
    }

    @Test
    void escapesFollowTheGrammar() {
        refused("\"\\x\"", "JSON: an escape is unknown at octet 1");
        refused("\"\\'\"", "JSON: an escape is unknown at octet 1");
        refused("\"\\u12g4\"", "JSON: an escape needs four hexadecimal digits at octet 1");
        refused("\"\\u12", "JSON: the message is cut off after octet 5");
        refused("\"\\", "JSON: the message is cut off after octet 2");
    }

    @Test
    void halfASurrogatePairIsRefused() {
        refused("\"\\ud83d\"", "JSON: an escape is half of a surrogate pair at octet 1");
        refused("\"\\ud83d\\n\"", "JSON: an escape is half of a surrogate pair at octet 1");
        refused("\"\\ud83d\\u0041\"", "JSON: an escape is half of a surrogate pair at octet 1");
        refused("\"\\ude00\"", "JSON: an escape is half of a surrogate pair at octet 1");
        refused("\"\\ud83d\\ud83d\"", "JSON: an escape is half of a surrogate pair at octet 1");
    }

    @Test
    void textIsUtf8() {
        refused(new byte[] {'"', (byte) 0xFF, '"'}, "JSON: a string is not valid UTF-8 at octet 1");
        refused(new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}, "JSON: a string is not valid UTF-8 at octet 1");
        refused(
                new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'}, //
                "JSON: a string is not valid UTF-8 at octet 1");
        refused(new byte[] {'"', (byte) 0xC3, '"'}, "JSON: a string is not valid UTF-8 at octet 1");
    }

    @Test
    void nothingMayFollow() {
        refused("1 1", "JSON: octets follow the message at octet 2");
        refused("[] ]", "JSON: octets follow the message at octet 3");
        refused("[]\u001e", "JSON: octets follow the message at octet 2");
    }

    @Test
    void sixtyFourLevelsAreAccepted() {
        read("[".repeat(64) + "]".repeat(64), "[".repeat(64) + "]".repeat(64));
        refused("[".repeat(65), "JSON: lists and maps are nested deeper than 64 at octet 65");
    }

    private static void read(String json, String shown) {
        byte[] octets = json.getBytes(StandardCharsets.UTF_8);
        assertEquals(shown, Samples.shown(Values.read(Serialization.JSON, octets, 0, octets.length)));
    }

    private static void written(@Nullable Object value, String json) {
        assertEquals(json, new String(Values.write(Serialization.JSON, value), StandardCharsets.UTF_8));
    }

    private static void refused(String json, String text) {
        refused(json.getBytes(StandardCharsets.UTF_8), text);
    }

    private static void refused(byte[] octets, String text) {
        ProtocolViolation violation =
                assertThrows(ProtocolViolation.class, () -> Values.read(Serialization.JSON, octets, 0, octets.length));
        assertEquals(text, violation.text());
    }
}
