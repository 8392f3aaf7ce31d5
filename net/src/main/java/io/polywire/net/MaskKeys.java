package io.polywire.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * Masking keys of client frames: unpredictable, as RFC 6455 section 5.3 wants, but drawn from the system's generator in
 * bulk because one draw each would cost more than the frame. Owned by one loop.
 */
final class MaskKeys {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final SecureRandom RANDOM = new SecureRandom();

    private byte[] keys = new byte[0];
    private int next;

    int next() {
        if (next == keys.length) {
            keys = new byte[2048];
            RANDOM.nextBytes(keys);
            next = 0;
        }
        int key = (int) INT.get(keys, next);
        next += 4;
        return key;
    }
}
