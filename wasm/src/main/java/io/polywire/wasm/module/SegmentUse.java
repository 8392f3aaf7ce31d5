package io.polywire.wasm.module;

import io.polywire.wasm.module.Module.Body;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which segments a module's code refers to by index.
 *
 * @param data number of data segments up to the last one that is referred to
 * @param elements number of element segments up to the last one that is referred to
 * @param functions functions that the code refers to, which element segments may have to declare
 */
public record SegmentUse(int data, int elements, SortedSet<Integer> functions) {
    /** Looks through the code. */
    public static SegmentUse of(Module module) {
        int data = 0;
        int elements = 0;
        SortedSet<Integer> functions = new TreeSet<>();
        for (Body body : module.bodies()) {
            ByteReader in = module.reader(body.start(), body.end());
            while (!in.atEnd()) {
                int op = Op.read(in);
                int at = in.pos();
                switch (op) {
                    case Op.MEMORY_INIT, Op.DATA_DROP -> data = Math.max(data, in.u32() + 1);
                    case Op.TABLE_INIT, Op.ELEM_DROP -> elements = Math.max(elements, in.u32() + 1);
                    case Op.REF_FUNC -> functions.add(in.u32());
                    default -> {}
                }
                in.seek(at);
                Op.skipImmediates(in, op);
            }
        }
        return new SegmentUse(data, elements, functions);
    }
}
