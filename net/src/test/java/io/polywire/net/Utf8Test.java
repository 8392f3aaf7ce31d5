package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class Utf8Test {
    @Test
    void everySequenceOfThreeOctetsIsJudgedLikeTheJdkDoes() {
        byte[] b = new byte[3];
        for (int first = 0xBF; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                for (int third = 0x7F; third < 0xC1; third++) {
                    b[0] = (byte) first;
                    b[1] = (byte) second;
                    b[2] = (byte) third;
                    if (jdk(b) != Utf8.valid(b, 0, 3)) {
                        assertEquals(jdk(b), Utf8.valid(b, 0, 3), first + " " + second + " " + third);
                    }
                }
            }
        }
    }

    @Property
    void anyTextIsValid(@ForAll String text) {
        byte[] b = text.getBytes(StandardCharsets.UTF_8);
        assertEquals(true, Utf8.valid(b, 0, b.length));
    }

    @Property
    void faultAnywhereInAsciiIsFound(@ForAll @StringLength(max = 40) String text, @ForAll byte fault, @ForAll int at) {
        byte[] b = text.getBytes(StandardCharsets.UTF_8);
        if (b.length > 0) {
            b[Math.floorMod(at, b.length)] = fault;
        }
        assertEquals(jdk(b), Utf8.valid(b, 0, b.length));
    }

    private static boolean jdk(byte[] b) {
        try {
            var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(b));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
