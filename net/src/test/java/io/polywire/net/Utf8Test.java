package io.polywire.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class Utf8Test {
    @Test
    void sequencesOfThreeOctetsAreJudgedLikeTheJdkDoes() {
        byte[] b = new byte[3];
        for (int first = 0xBF; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                for (int third : new int[] {0x00, 0x7F, 0x80, 0xBF, 0xC0}) {
                    b[0] = (byte) first;
                    b[1] = (byte) second;
                    b[2] = (byte) third;
                    boolean expected = jdk(b);
                    if (expected != Utf8.valid(b, 0, 3)) {
                        fail(first + " " + second + " " + third + " should be " + expected);
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
