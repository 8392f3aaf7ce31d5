package io.polywire.wasm;

/**
 * Loads and stores as methods, for functions that would not fit into a JVM method with the faster but longer code of
 * {@code MemoryEmitter}. Called by generated code. The address comes first and the instance last, so that operands need
 * not be moved.
 */
public final class Access {
    private Access() {}

    private static int address(int base, int offset) {
        return offset < 0 ? -1 : (base + offset) | (base & Integer.MIN_VALUE);
    }

    public static byte loadByte(int base, int offset, Instance i) {
        return i.memory.bytes[address(base, offset)];
    }

    public static short loadShort(int base, int offset, Instance i) {
        return (short) Memory.SHORT.get(i.memory.bytes, address(base, offset));
    }

    public static char loadChar(int base, int offset, Instance i) {
        return (char) Memory.CHAR.get(i.memory.bytes, address(base, offset));
    }

    public static int loadInt(int base, int offset, Instance i) {
        return (int) Memory.INT.get(i.memory.bytes, address(base, offset));
    }

    public static long loadLong(int base, int offset, Instance i) {
        return (long) Memory.LONG.get(i.memory.bytes, address(base, offset));
    }

    public static void storeByte(int base, int value, int offset, Instance i) {
        i.memory.bytes[address(base, offset)] = (byte) value;
    }

    public static void storeShort(int base, int value, int offset, Instance i) {
        Memory.SHORT.set(i.memory.bytes, address(base, offset), (short) value);
    }

    public static void storeInt(int base, int value, int offset, Instance i) {
        Memory.INT.set(i.memory.bytes, address(base, offset), value);
    }

    public static void storeLong(int base, long value, int offset, Instance i) {
        Memory.LONG.set(i.memory.bytes, address(base, offset), value);
    }
}
