package io.polywire.ccproxy.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FramingTest {
    private final Framing framing = new Framing(1 << 20);

    private void add(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        framing.add(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    private static final String TWO = "00000002" // length
            + "deadbeef" // ignored
            + "7b7d" // {}
            + "00000000" // an empty body, which is for the JSON reader to refuse
            + "00000000";

    @Test
    void messagesAreCutWhereverTheReadsEnd() {
        byte[] all = HexFormat.of().parseHex(TWO);
        for (int cut = 0; cut < all.length; cut++) {
            Framing fresh = new Framing(100);
            fresh.add(MemorySegment.ofArray(all), 0, cut);
            RawJson early = fresh.next();
            RawJson first = early != null ? RawJson.of(early.toString()) : null;
            fresh.add(MemorySegment.ofArray(all), cut, all.length - cut);
            if (first == null) {
                RawJson late = fresh.next();
                first = late == null ? null : RawJson.of(late.toString());
            }
            assertEquals(RawJson.of("{}"), first);
            RawJson empty = fresh.next();
            assertEquals(0, empty == null ? -1 : empty.length());
            assertNull(fresh.next());
        }
    }

    @Test
    void moreThanTheLimitIsMalformedBeforeItCame() {
        add("00100001 00000000");
        assertThrows(MalformedMessage.class, () -> assertNull(framing.next()));
    }

    @Test
    void lengthsAreUnsigned() {
        add("ffffffff 00000000");
        assertThrows(MalformedMessage.class, () -> assertNull(framing.next()));
    }

    @Test
    void aMessageOfTheLimitIsTaken() {
        byte[] body = new byte[1 << 20];
        add("00100000 00000000");
        for (int at = 0; at < body.length; at += 1 << 16) {
            assertNull(framing.next());
            framing.add(MemorySegment.ofArray(body), at, 1 << 16);
        }
        RawJson whole = framing.next();
        assertEquals(1 << 20, whole == null ? 0 : whole.length());
    }
}
