package io.polywire.wasm;

import io.polywire.wasm.module.Module;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Saves instances and suspended programs as bytes, and restores them, in this process or another one. A snapshot is a
 * valid module: the original one with the present contents of memories, globals and tables, without start function,
 * and with the call stack in the custom section {@link #SECTION}:
 *
 * <pre>
 *   u32    format version, 1
 *   48     SHA-384 of types, imports and code ({@link Module#codeHash})
 *   u32    stack budget in words
 *   s64    fuel left
 *   u32    number of frames; outermost first, each
 *          u32 function, u32 offset in its body, u8 awaiting, u32 number of values,
 *          values: numbers as s64, references as u32 (0 null, else function index + 1)
 * </pre>
 */
public final class Snapshot {
    /** Name of the custom section with the call stack. */
    public static final String SECTION = "polywire.snapshot";

    static final int VERSION = 1;

    private Snapshot() {}

    /**
     * What a snapshot contains.
     *
     * @param execution the suspended program, null if there was none
     */
    public record Restored(Instance instance, @Nullable Execution execution) {}

    /**
     * Saves an instance that nothing runs in.
     *
     * @throws SnapshotException if it has state that cannot be saved: imported memories, tables or mutable globals,
     *     references of the host or to functions of other instances
     */
    public static byte[] save(Instance instance) {
        return new SnapshotWriter(instance).write(null, Map.of());
    }

    /**
     * Saves a stopped program. It can be resumed afterwards nevertheless.
     *
     * @param custom further custom sections, such as state of host functions
     * @throws SnapshotException as in {@link #save(Instance)}, or if functions of several instances are on its stack
     * @throws IllegalStateException if the program is running
     */
    public static byte[] save(Execution execution, Map<String, byte[]> custom) {
        if (execution.state() == Execution.State.RUNNING) {
            throw new IllegalStateException("running");
        }
        return new SnapshotWriter(execution.instance()).write(execution, custom);
    }

    /** Whether a module is a snapshot. */
    public static boolean isSnapshot(Module module) {
        return module.custom(SECTION) != null;
    }

    /**
     * Restores a snapshot. Nothing in it is trusted: as a module it has been validated, and each frame must fit the
     * code.
     *
     * @param module decoded snapshot
     * @throws SnapshotException if it is not a snapshot of this version, or damaged
     * @throws LinkException if imports are missing
     */
    public static Restored restore(Module module, Imports imports, Limit limit) {
        byte[] section = module.custom(SECTION);
        if (section == null) {
            throw new SnapshotException("not a snapshot: no section " + SECTION);
        }
        return restore(module, section, imports, limit);
    }

    /**
     * The same where the content of {@link #SECTION} is kept elsewhere.
     *
     * @param module decoded module with the contents of memory, tables and globals
     */
    public static Restored restore(Module module, byte[] section, Imports imports, Limit limit) {
        SnapshotReader reader = new SnapshotReader(module, section);
        reader.check();
        Instance instance;
        try {
            instance = new Instance(module, imports, limit);
        } catch (Trap t) {
            throw new SnapshotException("damaged snapshot: " + t.getMessage());
        }
        return new Restored(instance, reader.execution(instance));
    }

    /**
     * Checks whether a call stack fits a module, as {@link #restore} does.
     *
     * @param section content of {@link #SECTION}
     * @throws SnapshotException if it does not
     */
    public static void check(Module module, byte[] section) {
        new SnapshotReader(module, section).check();
    }
}
