package io.polywire.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Checks UTF-8 as RFC 3629 defines it: shortest forms only, no surrogates, nothing above U+10FFFF. */
final class Utf8 {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    static boolean valid(byte[] buf, int from, int to) {
        int i = from;
        while (true) {
            for (int last = to - 8; i <= last && ((long) LONG.get(buf, i) & HIGH_BITS) == 0; i += 8) {}
            while (i < to && buf[i] >= 0) {
                i++;
            }
            if (i == to) {
                return true;
            }
            int length = sequence(buf, i, to);
            if (length == 0) {
                return false;
            }
            i += length;
        }
    }

    /** Length of the sequence of more than one octet that starts here, 0 if it is faulty. */
    private static int sequence(byte[] buf, int at, int to) {
        int first = buf[at] & 0xFF;
        int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
        if (length == 0 || to - at < length) {
            return 0;
        }
        int second = buf[at + 1] & 0xFF;
        int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int i = at + 2; i < at + length; i++) {
            if ((buf[i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
