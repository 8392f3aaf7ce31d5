package io.polywire.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.wasm.Execution.State;
import io.polywire.wasm.module.ByteWriter;
import io.polywire.wasm.module.Module;
import io.polywire.wasm.module.ModuleException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and forged modules and snapshots: each is refused with a clear error, or runs within its bounds. */
class HostileInputTest {
    /** How many mutations to try; {@code WASM_FUZZ} sets another number. */
    private static final int ROUNDS = Integer.parseInt(System.getenv().getOrDefault("WASM_FUZZ", "4000"));

    private static final Module FIB = Module.decode(Kernels.bytes("fib"));

    private static byte[] mutate(byte[] original, Random random, int from) {
        byte[] b = original.clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = from + random.nextInt(b.length - from);
            switch (random.nextInt(4)) {
                case 0 -> b[at] = (byte) random.nextInt(256);
                case 1 -> b[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> b[at] = (byte) (random.nextBoolean() ? 0xff : 0x80);
                default -> {
                    int to = from + random.nextInt(b.length - from);
                    int length = Math.min(8, b.length - Math.max(at, to));
                    System.arraycopy(original, at, b, to, length);
                }
            }
        }
        return b;
    }

    /** Runs for a little while; whatever it does stays inside. */
    private static void run(Execution e) {
        e.stack(1 << 16).fuel(20_000).run();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fib", "sieve", "nbody", "sha256", "hello"})
    void mutatedModulesAreRefusedOrRun(String name) {
        Random random = new Random(name.hashCode());
        byte[] original = Kernels.bytes(name);
        Limit limit = new Limit(1 << 25, 1000, true);
        int accepted = 0;
        for (int i = 0; i < ROUNDS; i++) {
            try {
                Module m = Module.decode(mutate(original, random, 8));
                accepted++;
                Instance instance = new Instance(m, new Imports(), limit);
                Func f = instance.func("run");
                if (f != null && f.type().params().size() == 1) {
                    run(new Execution(f, Values.ofI(9)));
                }
            } catch (ModuleException | LinkException | Trap refused) {
                assertTrue(refused.getMessage() != null && !refused.getMessage().isEmpty());
            }
        }
        assertTrue(accepted > 0, "no mutation was accepted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fib", "sieve", "nbody", "sha256"})
    void mutatedSnapshotsAreRefusedOrRun(String name) {
        Random random = new Random(name.hashCode());
        Limit limit = new Limit(1 << 25, 1000, true);
        Execution e = new Instance(Module.decode(Kernels.bytes(name)), new Imports(), limit).prepare("run", 12);
        e.suspendAfter(9);
        assertEquals(State.SUSPENDED, e.run());
        byte[] original = Snapshot.save(e, Map.of());
        int stack = original.length - stack(e).length;
        int resumed = 0;
        for (int i = 0; i < ROUNDS; i++) {
            try {
                byte[] b = mutate(original, random, random.nextInt(3) == 0 ? 8 : stack);
                Execution x =
                        Snapshot.restore(Module.decode(b), new Imports(), limit).execution();
                if (x != null) {
                    resumed++;
                    run(x);
                }
            } catch (ModuleException | LinkException | SnapshotException refused) {
                assertTrue(refused.getMessage() != null && !refused.getMessage().isEmpty());
            }
        }
        assertTrue(resumed > 0, "no mutation was accepted");
    }

    private static byte[] stack(Execution e) {
        byte[] saved = Snapshot.save(e, Map.of());
        byte[] section = Module.decode(saved).custom(Snapshot.SECTION);
        return section == null ? new byte[0] : section;
    }

    /** A snapshot of fib with a stack section of its own making: version, code hash, budget, fuel, then the frames. */
    private static byte[] forged(int version, String hash, int words, ByteWriter frames) {
        byte[] idle = Snapshot.save(Instance.of(FIB, new Imports()));
        int section = Module.decode(idle).customs().getLast().length();
        int header = 1 + 1 + 1 + Snapshot.SECTION.length();
        ByteWriter content = new ByteWriter().name(Snapshot.SECTION).u32(version);
        content.bytes(HexFormat.of().parseHex(hash)).u32(words).s64(1_000_000).bytes(frames.toBytes());
        return new ByteWriter()
                .bytes(idle, 0, idle.length - section - header)
                .section(0, content)
                .toBytes();
    }

    private static void refused(String why, byte[] snapshot) {
        Module m = Module.decode(snapshot);
        SnapshotException e =
                assertThrows(SnapshotException.class, () -> Snapshot.restore(m, new Imports(), Limit.DEFAULT));
        assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
    }

    /** One frame: function, offset, whether it waits, number of values, the values. */
    private static ByteWriter frame(int func, int offset, int awaiting, long... values) {
        ByteWriter w = new ByteWriter().u32(func).u32(offset).u8(awaiting).u32(values.length);
        for (long v : values) {
            w.s64(v);
        }
        return w;
    }

    private static ByteWriter frames(ByteWriter... all) {
        ByteWriter w = new ByteWriter().u32(all.length);
        for (ByteWriter f : all) {
            w.bytes(f.toBytes());
        }
        return w;
    }

    @Test
    void aForgedStackIsRefusedForWhatIsWrongWithIt() {
        String hash = FIB.codeHash();
        ByteWriter entry = frame(0, 0, 0, 5);
        assertEquals(5, Mover.result(ran(forged(1, hash, 1000, frames(entry)))));
        refused("format 2", forged(2, hash, 1000, frames(entry)));
        refused("other code", forged(1, "00".repeat(48), 1000, frames(entry)));
        refused("stack budget", forged(1, hash, 1 << 30, frames(entry)));
        refused("function 99", forged(1, hash, 1000, frames(frame(99, 0, 0, 5))));
        refused("does not fit", forged(1, hash, 1000, frames(frame(0, 0, 0, 5, 6))));
        refused("value of type i32", forged(1, hash, 1000, frames(frame(0, 0, 0, 1L << 40))));
        refused("offset 5000", forged(1, hash, 1000, frames(frame(0, 5000, 0, 5))));
        refused("does not wait", forged(1, hash, 1000, frames(entry, entry)));
        refused("waits for a call", forged(1, hash, 1000, frames(frame(0, 0, 1, 5))));
        refused("behind the last frame", forged(1, hash, 1000, frames(entry).u8(0)));
    }

    private static Execution ran(byte[] snapshot) {
        Execution e = Mover.restore(snapshot);
        e.run();
        return e;
    }

    @Test
    void sizesAreCheckedBeforeAnythingIsAllocated() {
        byte[] header = {0, 0x61, 0x73, 0x6d, 1, 0, 0, 0};
        byte[] huge = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
        for (int id = 1; id <= 12; id++) {
            ByteWriter w = new ByteWriter().bytes(header).section(id, new ByteWriter().bytes(huge));
            assertThrows(ModuleException.class, () -> Module.decode(w.toBytes()));
        }
    }
}
