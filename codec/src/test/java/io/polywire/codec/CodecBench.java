package io.polywire.codec;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a routed call costs in the codec: a CALL read, the INVOCATION for it written. Prints nanoseconds of
 * CPU and allocated octets of each such pair. Run it by hand.
 *
 * <p>Two rounds: the first per serialization in its own order, the second after all three have been used, as in a router
 * with mixed clients.
 */
final class CodecBench {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static long sink;

    private CodecBench() {}

    public static void main(String[] args) {
        long nanos = args.length > 0 ? Long.parseLong(args[0]) * 1_000_000L : 1_000_000_000L;
        Payload small = Payload.of("x".repeat(64));
        Payload large = Payload.of("x".repeat(4096));
        Payload numbers = Payload.of(Collections.nCopies(1000, 1234L), Map.of());
        Map<String, @Nullable Object> two = new LinkedHashMap<>();
        two.put("receive_progress", true);
        two.put("timeout", 1000L);
        Serialization[] order = {Serialization.MSGPACK, Serialization.CBOR, Serialization.JSON};
        for (String round : new String[] {"alone", "mixed"}) {
            for (Serialization serialization : order) {
                call(round + " 64 B", serialization, Dict.EMPTY, small, nanos);
                call(round + " 64 B, 2 options", serialization, Dict.of(two), small, nanos);
                call(round + " 4 KiB string", serialization, Dict.EMPTY, large, nanos);
                call(round + " 1000 integers", serialization, Dict.EMPTY, numbers, nanos);
            }
        }
        for (Serialization from : order) {
            for (Serialization to : order) {
                if (from != to) {
                    translate(from, to, small, nanos);
                    translate(from, to, numbers, nanos);
                }
            }
        }
        if (sink == 42) {
            System.out.println();
        }
    }

    private static void call(String name, Serialization serialization, Dict options, Payload payload, long nanos) {
        Codec codec = Codecs.of(serialization);
        byte[] octets = Samples.encode(serialization, new Message.Call(12345, options, "com.example.add2", payload));
        Encoded out = new Encoded();
        measure(serialization + " " + name, nanos, () -> {
            Message.Call call = (Message.Call) codec.decode(octets, 0, octets.length);
            Message message = new Message.Invocation(call.request() + 1, 17, call.options(), call.payload());
            codec.encode(message, out);
            return (long) out.length() + call.procedure().length();
        });
    }

    private static void translate(Serialization from, Serialization to, Payload payload, long nanos) {
        Payload encoded = Payloads.in(payload, from);
        measure(from + " to " + to + " " + encoded.length() + " B", nanos, () -> {
            Payload fresh =
                    Payload.encoded(from, encoded.octets(), encoded.offset(), encoded.length(), encoded.elements());
            return Payloads.in(fresh, to).length();
        });
    }

    private interface Work {
        long run();
    }

    private static void measure(String name, long nanos, Work work) {
        run(work, nanos);
        double best = Double.MAX_VALUE;
        double allocated = 0;
        for (int i = 0; i < 3; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            long start = THREADS.getCurrentThreadCpuTime();
            long operations = run(work, nanos / 3);
            double perOperation = (double) (THREADS.getCurrentThreadCpuTime() - start) / operations;
            allocated = (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / operations;
            best = Math.min(best, perOperation);
        }
        System.out.printf("%-36s %9.1f ns %9.0f octets%n", name, best, allocated);
    }

    private static long run(Work work, long nanos) {
        long end = THREADS.getCurrentThreadCpuTime() + nanos;
        long operations = 0;
        while (THREADS.getCurrentThreadCpuTime() < end) {
            for (int i = 0; i < 1000; i++) {
                sink += work.run();
            }
            operations += 1000;
        }
        return operations;
    }
}
