package io.polywire.gate.host;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Debug;
import io.polywire.gate.program.Guest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The operations of the debug action, see {@link Debug.Op}. */
final class Debugger {
    /** Most octets of memory in one answer. */
    private static final int MOST_MEMORY = 1 << 20;

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Answer(Debug.Config config, byte[] data) {}

    private Debugger() {}

    static Answer answer(Debug.Request request, Guest guest, boolean stopped, boolean debugInfo) {
        if (request.op() < 0 || request.op() >= Debug.Op.values().length) {
            throw new ApiException(501, "unsupported action");
        }
        Debug.Op op = Debug.Op.values()[(int) request.op()];
        if (!stopped && op != Debug.Op.CONFIG_GET) {
            throw new ApiException(400, "instance must be stopped");
        }
        boolean info = debugInfo;
        byte[] data = new byte[0];
        switch (op) {
            case CONFIG_GET -> {}
            case CONFIG_SET, CONFIG_UNION, CONFIG_COMPLEMENT -> info = configure(op, request.config(), guest, info);
            case READ_GLOBALS -> data = octets(guest.globals());
            case READ_MEMORY -> data = memory(guest, request.addr(), request.size());
            case READ_STACK -> data = stack(guest.stack());
        }
        List<Long> offsets =
                guest.breakpoints().stream().map(Integer::longValue).toList();
        return new Answer(new Debug.Config(info, offsets), data);
    }

    private static boolean configure(Debug.Op op, Debug.Config config, Guest guest, boolean info) {
        TreeSet<Integer> offsets = new TreeSet<>(op == Debug.Op.CONFIG_SET ? List.of() : guest.breakpoints());
        for (long offset : config.breakpoints()) {
            if (offset > Integer.MAX_VALUE) {
                throw new ApiException(400, "breakpoint is outside of the module");
            }
            if (op == Debug.Op.CONFIG_COMPLEMENT) {
                offsets.remove((int) offset);
            } else {
                offsets.add((int) offset);
            }
        }
        if (offsets.size() > Debug.MAX_BREAKPOINTS) {
            throw new ApiException(400, "too many breakpoints");
        }
        guest.breakpoints(List.copyOf(offsets));
        return switch (op) {
            case CONFIG_SET -> config.debugInfo();
            case CONFIG_UNION -> info || config.debugInfo();
            default -> info && !config.debugInfo();
        };
    }

    private static byte[] octets(long[] values) {
        ByteBuffer out = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            out.putLong(value);
        }
        return out.array();
    }

    private static byte[] memory(Guest guest, long address, long size) {
        if (address < 0 || address > Integer.MAX_VALUE || size < 0 || size > MOST_MEMORY) {
            throw new ApiException(400, "memory range is out of bounds");
        }
        return guest.memory((int) address, (int) size);
    }

    /** One line for each function, innermost first: its index, offset in the module, and name if there is one. */
    private static byte[] stack(List<Guest.StackFrame> frames) {
        return frames.stream()
                .map(f -> f.function() + " " + f.offset() + (f.name() == null ? "" : " " + f.name()) + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }
}
