package io.polywire.ccproxy.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static Request request(String body) {
        return Request.decode(RawJson.of(body));
    }

    private static Payload payload(String body) {
        return request(body).payload();
    }

    private static void assertRefused(String body) {
        assertThrows(RefusedRequest.class, () -> payload(body), body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "[1]",
                "\"id\"",
                "5",
                "true",
                "{",
                "{\"id\":\"a\"",
                "{\"id\":\"a\"}x",
                "{}{}",
                "{\"id\":5}",
                "{\"id\":{}}",
                "{\"id\":[]}",
                "{\"id\":true}",
                "{\"id\":\"a\",}",
                "{'id':\"a\"}",
                "{id:\"a\"}",
                "{\"id\":\"a\" /* c */}",
                "{\"id\":\"\t\"}",
                "{\"id\":\"\\x\"}",
                "{\"data\":01}",
                "{\"data\":NaN}",
                "{\"data\":.5}",
                "{\"data\":+1}",
                "\uFEFF{}",
                "{\"data\":\"a}",
                "{\"data\":nul}",
                "null null"
            })
    void whatIsNotOneObjectIsMalformed(String body) {
        assertThrows(MalformedMessage.class, () -> request(body));
    }

    @Test
    void otherEncodingsAreMalformed() {
        for (var charset : List.of(
                StandardCharsets.UTF_16,
                StandardCharsets.UTF_16BE,
                StandardCharsets.UTF_16LE,
                StandardCharsets.UTF_32)) {
            byte[] bytes = "{\"id\":\"a\"}".getBytes(charset);
            assertThrows(MalformedMessage.class, () -> Request.decode(new RawJson(bytes, 0, bytes.length)));
        }
        byte[] invalid = {'{', '"', 'i', 'd', '"', ':', '"', (byte) 0xFF, '"', '}'};
        assertThrows(MalformedMessage.class, () -> Request.decode(new RawJson(invalid, 0, invalid.length)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ \"b\" : 1 ,\n\t\"a\" : 1.0e3, \"a\":2 }",
                "12345678901234567890123456789.000",
                "-0",
                "1E+2",
                "\"text\"",
                "\"\\u00e9\\/é<>&\"",
                "[ ]",
                "[1,[2,[3]]]",
                "null",
                "true",
                "false",
                "\"\"",
                "{}",
                "\"\uD83D\uDE00\""
            })
    void dataIsSlicedOutAsItIsWritten(String data) {
        for (String space : List.of("", " ", "\n\t ")) {
            String before = "{\"x\":[1],\"id\":\"hyper\",\"data\":{\"hyperName\":\"ping\",\"data\":" + space;
            Hyper hyper = (Hyper) payload(before + data + space + "}" + space + ",\"y\":{}}");
            assertEquals(RawJson.of(data), hyper.data());
        }
    }

    @Test
    void slicesCountFromTheOffsetOfTheBody() {
        byte[] bytes = "########{\"id\":\"a\",\"data\": {\"b\":1} }####".getBytes(StandardCharsets.UTF_8);
        Request request = Request.decode(new RawJson(bytes, 8, bytes.length - 12));
        assertEquals(RawJson.of("{\"b\":1}"), request.data());
    }

    @Test
    void absentDataIsAnErrorAndNullIsAnEmptyOne() {
        assertRefused("{\"id\":\"hello\"}");
        assertEquals(new Hello("", "", ""), payload("{\"id\":\"hello\",\"data\":null}"));
        assertEquals(new AllocateIo(0), payload("{\"id\":\"allocateIO\",\"data\":{}}"));
        assertNull(((Hyper) payload("{\"id\":\"hyper\",\"data\":{}}")).data());
    }

    @Test
    void wrongTypesAreRefused() {
        for (String data : List.of("5", "\"x\"", "[]", "true")) {
            for (String id : List.of("hello", "attach", "bye", "allocateIO", "hyper")) {
                assertRefused("{\"id\":\"" + id + "\",\"data\":" + data + "}");
            }
        }
        for (String streams : List.of("1.5", "1.0", "1e0", "\"1\"", "[]", "{}", "true", "9223372036854775808")) {
            assertRefused("{\"id\":\"allocateIO\",\"data\":{\"nStreams\":" + streams + "}}");
        }
        assertRefused("{\"id\":\"attach\",\"data\":{\"containerId\":{\"a\":1}}}");
    }

    @Test
    void theLastOfEqualMembersCountsAndNullDoesNot() {
        assertEquals(
                new Attach("b"),
                payload("{\"id\":\"x\",\"ID\":\"attach\",\"id\":null,\"data\":{\"containerId\":\"a\","
                        + "\"CONTAINERID\":\"b\",\"containerId\":null}}"));
    }

    @Test
    void deepNestingDoesNotOverflow() {
        String deep = "[".repeat(200_000);
        assertThrows(MalformedMessage.class, () -> request("{\"id\":\"hyper\",\"data\":" + deep));
    }

    @Test
    void payloadsSurviveTheWire() {
        for (Payload payload : List.of(
                new Hello("c\"1\u0000é", "ctl", "io"),
                new Attach(""),
                new Bye("c1"),
                new AllocateIo(2),
                new Hyper("ping", null),
                new Hyper("execcmd", RawJson.of("{\"a\": [1]}")),
                new FollowOutput("c1"),
                new ListVms())) {
            byte[] message = payload.toRequest().encode();
            assertEquals(message.length - 8, Framing.length(message, 0));
            assertEquals(
                    payload,
                    Request.decode(new RawJson(message, 8, message.length - 8)).payload());
        }
    }

    @Test
    void responsesAreWrittenAsTheOriginalWritesThem() {
        assertEquals("{\"success\":true}", body(Response.ok()));
        assertEquals("{\"success\":true,\"data\":{\"ioBase\":7}}", body(new AllocateIoResult(7).toResponse()));
        assertEquals("{\"success\":false,\"error\":\"no \\\"x\\\"\"}", body(Response.error("no \"x\"")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"ioBase\":\"1\"}",
                "{\"ioBase\":1.5}",
                "{\"ioBase\":-1}",
                "{\"ioBase\":9007199254740992}"
            })
    void anIoBaseThatNoDoubleHoldsIsRefused(String data) {
        assertThrows(MalformedMessage.class, () -> AllocateIoResult.of(Response.ok(RawJson.of(data))));
    }

    @Test
    void anIoBaseMayBeSpeltAsANumberCan() {
        assertEquals(
                1000,
                AllocateIoResult.of(Response.ok(RawJson.of("{\"ioBase\":1e3}"))).ioBase());
    }

    @ParameterizedTest
    @ValueSource(ints = {5000, 9990})
    void dataMayBeNestedAsDeepAsTheOriginalLetsIt(int depth) {
        String data = "[".repeat(depth) + "]".repeat(depth);
        Hyper hyper = (Hyper)
                Request.decode(RawJson.of("{\"id\":\"hyper\",\"data\":{\"hyperName\":\"ping\",\"data\":" + data + "}}"))
                        .payload();
        assertEquals(data, String.valueOf(hyper.data()));
    }

    @Test
    void deeperNestingIsMalformed() {
        RawJson deep = RawJson.of("{\"id\":\"hyper\",\"data\":" + "[".repeat(1_000_000));
        assertThrows(MalformedMessage.class, () -> Request.decode(deep));
    }

    @Property(tries = 200)
    void anyOctetsAreARequestOrMalformed(@ForAll byte[] bytes) {
        try {
            Request.decode(new RawJson(bytes, 0, bytes.length)).payload();
        } catch (MalformedMessage | RefusedRequest e) {
            assertTrue(e.getMessage() != null);
        }
    }

    @Property(tries = 300)
    void damagedRequestsAreARequestOrMalformed(@ForAll @LongRange(min = 0, max = 80) long at, @ForAll byte octet) {
        byte[] bytes = "{\"id\":\"hyper\",\"data\":{\"hyperName\":\"ping\",\"data\":{\"a\":[1,\"\\u00e9\"]}}}"
                .getBytes(StandardCharsets.UTF_8);
        bytes[(int) at % bytes.length] = octet;
        anyOctetsAreARequestOrMalformed(bytes);
        anyOctetsAreARequestOrMalformed(Arrays.copyOf(bytes, (int) at % bytes.length));
    }

    private static String body(Response response) {
        byte[] message = response.encode();
        return new String(message, 8, message.length - 8, StandardCharsets.UTF_8);
    }
}
