package io.polywire.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples and rules of W3C "Trace Context", sections 3.2 and 3.3. */
class TraceContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

    private static TraceContext of(String parent, @Nullable String state) {
        return Objects.requireNonNull(TraceContext.of(parent, state), parent);
    }

    @Test
    void aHeaderIsReadAndWritten() {
        TraceContext context = of(PARENT, "congo=t61rcWkgMzE");
        assertEquals(TRACE, context.trace());
        assertEquals(SPAN, context.span());
        assertTrue(context.sampled());
        assertEquals("congo=t61rcWkgMzE", context.state());
        assertEquals(PARENT, context.parent());
        assertEquals(
                "00-" + TRACE + "-1111111111111111-01",
                context.at("1111111111111111").parent());
    }

    @Test
    void onlyTheLowestFlagSaysThatItIsSampled() {
        assertFalse(of("00-" + TRACE + "-" + SPAN + "-00", null).sampled());
        assertFalse(of("00-" + TRACE + "-" + SPAN + "-fe", null).sampled());
        assertTrue(of("00-" + TRACE + "-" + SPAN + "-03", null).sampled());
    }

    @Test
    void laterVersionsAreReadAsFarAsTheyAreKnown() {
        assertEquals(
                PARENT,
                of("01" + PARENT.substring(2) + "-what-comes-later", null).parent());
        assertNull(TraceContext.of("01" + PARENT.substring(2) + ".later", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", // version ff is forbidden
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-", // version 00 has nothing more
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01", // no trace
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", // no span
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", // upper case
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-001",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
                "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01"
            })
    void whatIsNotValidIsIgnored(String parent) {
        assertNull(TraceContext.of(parent, "a=1"));
    }

    @Test
    void inWampItTravelsAsOptionsOfAnImplementation() {
        Dict options = of(PARENT, "a=1").in(Dict.of("acknowledge", true));
        assertEquals(PARENT, options.get("_traceparent"));
        assertEquals("a=1", options.get("_tracestate"));
        assertEquals(true, options.get("acknowledge"));
        assertEquals(of(PARENT, "a=1"), TraceContext.of(options));
        assertFalse(of(PARENT, null).in(options).has("_tracestate"), "an old state does not stay with a new parent");
        assertNull(TraceContext.of(Dict.of("_traceparent", 1L)));
        assertNull(TraceContext.of(Dict.EMPTY));
    }
}
