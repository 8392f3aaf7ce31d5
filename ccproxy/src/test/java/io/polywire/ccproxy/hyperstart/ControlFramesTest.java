package io.polywire.ccproxy.hyperstart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlFramesTest {
    private static final String FRAMES = "0000000e" // NEXT
            + "0000000c" // length 12
            + "00000024" // 36 octets were read
            + "00000009" // ACK
            + "00000000" // a length below 8 counts as 8
            + "ffffffff" // a code as large as can be
            + "0000000a" // length 10
            + "6162";

    @Test
    void codesAreReadWhereverTheReadsEnd() {
        MemorySegment bytes = MemorySegment.ofArray(HexFormat.of().parseHex(FRAMES));
        for (int cut = 0; cut <= bytes.byteSize(); cut++) {
            ControlFrames frames = new ControlFrames();
            List<Integer> codes = new ArrayList<>();
            frames.read(bytes, 0, cut, codes::add);
            frames.read(bytes, cut, bytes.byteSize() - cut, codes::add);
            assertEquals(List.of(14, 9, -1), codes);
        }
    }

    @Test
    void payloadsOfAnyLengthArePassedOver() {
        ControlFrames frames = new ControlFrames();
        List<Integer> codes = new ArrayList<>();
        byte[] header = HexFormat.of().parseHex("00000009" + "ffffffff");
        frames.read(MemorySegment.ofArray(header), 0, 8, codes::add);
        MemorySegment piece = MemorySegment.ofArray(new byte[1 << 20]);
        for (int i = 0; i < 4095; i++) {
            frames.read(piece, 0, 1 << 20, codes::add);
        }
        assertEquals(List.of(), codes);
        frames.read(piece, 0, (1 << 20) - 9, codes::add);
        assertEquals(List.of(9), codes);
    }

    @Test
    void aCommandIsItsCodeItsLengthAndItsData() {
        byte[] data = {'x', '{', '}', 'x'};
        assertArrayEquals(
                HexFormat.of().parseHex("00000006" + "0000000a" + "7b7d"),
                ControlFrames.encode(Command.EXECCMD.code(), data, 1, 2));
    }

    @Test
    void namesAreCaseSensitiveAndStoppodIsGone() {
        assertEquals(21, Command.values().length);
        assertEquals(Command.PING, Command.named("ping"));
        for (String unknown : List.of("PING", "", "stoppod", "removecontainer")) {
            assertNull(Command.named(unknown));
        }
    }
}
