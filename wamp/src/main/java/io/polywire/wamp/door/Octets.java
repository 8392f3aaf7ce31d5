package io.polywire.wamp.door;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads numbers in network order. */
final class Octets {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private Octets() {}

    static int intAt(byte[] octets, int at) {
        return (int) INT.get(octets, at);
    }

    static long unsignedInt(byte[] octets, int at) {
        return Integer.toUnsignedLong(intAt(octets, at));
    }
}
