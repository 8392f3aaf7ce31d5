package io.polywire.gate.program;

import io.polywire.wasm.HostCall;
import io.polywire.wasm.Memory;
import io.polywire.wasm.Trap;

/**
 * {@code poll_oneoff(subscriptions, events, count, nevents_ptr)}. A subscription has 56 bytes: user data at 0, type at 8,
 * descriptor at 16. An event has 32: user data at 0, error at 8, type at 10, number of bytes at 16, flags at 24.
 */
final class WasiPoll {
    private static final int SUBSCRIPTION = 56;
    private static final int EVENT = 32;
    private static final int CLOCK = 0;
    private static final int READ = 1;
    private static final int WRITE = 2;

    private static final int EBADF = 8;
    private static final int EINVAL = 28;
    private static final int EPERM = 63;

    private WasiPoll() {}

    static int poll(Abi abi, HostCall c) {
        Memory m = c.memory();
        int subscriptions = c.i32(0);
        int count = c.i32(2);
        if (count == 0) {
            return EINVAL;
        }
        if (Integer.toUnsignedLong(count) * SUBSCRIPTION > m.bytes.length) {
            throw new Trap(Trap.Kind.MEMORY_OUT_OF_BOUNDS);
        }
        Abi.checkRange(m, subscriptions, count * SUBSCRIPTION);
        Abi.checkRange(m, c.i32(1), count * EVENT);
        boolean read = false;
        boolean write = false;
        boolean wait = true;
        for (int i = 0; i < count; i++) {
            int at = subscriptions + i * SUBSCRIPTION;
            int type = m.i8(at + 8) & 0xff;
            if (type > WRITE) {
                return EINVAL;
            }
            if (type == CLOCK) {
                throw Abi.deficiency(c);
            }
            wait &= m.i32(at + 16) == WasiFunctions.GATE_FD;
            read |= type == READ;
            write |= type == WRITE;
        }
        if (wait) {
            abi.await(c, read, write);
        }
        m.i32(c.i32(3), events(abi, c, subscriptions, count));
        return 0;
    }

    private static int events(Abi abi, HostCall c, int subscriptions, int count) {
        Memory m = c.memory();
        int n = 0;
        for (int i = 0; i < count; i++) {
            int at = subscriptions + i * SUBSCRIPTION;
            int type = m.i8(at + 8);
            int fd = m.i32(at + 16);
            int error = error(fd, type);
            boolean due =
                    error != 0 || (type == WRITE ? fd != WasiFunctions.GATE_FD || abi.writable() : abi.readable());
            if (due) {
                int to = c.i32(1) + n++ * EVENT;
                long userData = m.i64(at);
                m.write(to, new byte[EVENT], 0, EVENT);
                m.i64(to, userData);
                m.i16(to + 8, error);
                m.i8(to + 10, type);
                m.i64(to + 16, error == 0 ? 65536 : 0);
            }
        }
        return n;
    }

    private static int error(int fd, int type) {
        return switch (fd) {
            case 0 -> EPERM;
            case 1, 2 -> type == WRITE ? 0 : EINVAL;
            case WasiFunctions.GATE_FD -> 0;
            default -> EBADF;
        };
    }
}
