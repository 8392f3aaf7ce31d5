package io.polywire.wasm;

import io.polywire.wasm.module.Module;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * State of one function of a suspended program: its locals, then its operands, and where it stands. Either it is about
 * to execute the instruction at the offset, or it is {@code awaiting} the results of the call there (whose arguments
 * are no longer among the operands). A frame of an imported host function at offset 0 has the arguments as locals; the
 * function will be called with them again. Offsets are relative to the first instruction of the body.
 */
public final class Frame {
    private final long[] bits;
    private @Nullable Object @Nullable [] refs;
    private final int locals;
    private final int offset;
    private final boolean awaiting;
    private int next;
    private @Nullable Instance instance;
    private int func;
    private @Nullable Suspend suspend;

    Frame(int point, int locals, int operands, @Nullable Suspend suspend) {
        this.bits = new long[locals + operands];
        this.locals = locals;
        this.offset = point >>> 1;
        this.awaiting = (point & 1) != 0;
        this.next = operands == 0 ? 0 : locals;
        this.suspend = suspend;
    }

    /** A frame with given contents, for the interpreter and for snapshots. */
    static Frame of(
            Instance instance,
            int func,
            int offset,
            boolean awaiting,
            int locals,
            long[] bits,
            @Nullable Object @Nullable [] refs) {
        Frame f = new Frame(offset << 1 | (awaiting ? 1 : 0), locals, bits.length - locals, null);
        System.arraycopy(bits, 0, f.bits, 0, bits.length);
        f.refs = refs == null ? null : Arrays.copyOf(refs, bits.length);
        f.instance = instance;
        f.func = func;
        return f;
    }

    /** The frame of a function that has not begun: its parameters are known, all else is zero. */
    static Frame entry(Instance instance, int func, Values args) {
        int n = args.size();
        long[] bits = new long[n];
        @Nullable Object[] refs = new Object[n];
        for (int i = 0; i < n; i++) {
            bits[i] = args.bits(i);
            refs[i] = args.getR(i);
        }
        return of(instance, func, 0, false, n, bits, refs);
    }

    private int slot() {
        int i = next++;
        if (next == bits.length) {
            next = 0;
        }
        return i;
    }

    public Frame addI(int v) {
        bits[slot()] = v;
        return this;
    }

    public Frame addL(long v) {
        bits[slot()] = v;
        return this;
    }

    public Frame addF(float v) {
        bits[slot()] = Float.floatToRawIntBits(v);
        return this;
    }

    public Frame addD(double v) {
        bits[slot()] = Double.doubleToRawLongBits(v);
        return this;
    }

    public Frame addR(@Nullable Object v) {
        if (refs == null) {
            refs = new Object[bits.length];
        }
        refs[slot()] = v;
        return this;
    }

    /** Sets all locals at once, which are none of them references; called by generated code. */
    public Frame addAll(long[] saved) {
        System.arraycopy(saved, 0, bits, 0, locals);
        return this;
    }

    /** Copies all locals out; called by generated code. */
    public void copyLocals(long[] target) {
        System.arraycopy(bits, 0, target, 0, locals);
    }

    /** Completes the frame; called by generated code. */
    public Suspend end(Instance owner, int function) {
        instance = owner;
        func = function;
        Suspend s = suspend;
        if (s == null) {
            throw new IllegalStateException();
        }
        suspend = null;
        return s;
    }

    public int getI(int index) {
        return (int) bits[index];
    }

    public long getL(int index) {
        return bits[index];
    }

    public float getF(int index) {
        return Float.intBitsToFloat((int) bits[index]);
    }

    public double getD(int index) {
        return Double.longBitsToDouble(bits[index]);
    }

    public @Nullable Object getR(int index) {
        return refs == null ? null : refs[index];
    }

    /** Number of locals and operands. */
    public int size() {
        return bits.length;
    }

    /** Number of locals. */
    public int locals() {
        return locals;
    }

    long bits(int index) {
        return bits[index];
    }

    /** The instance whose function this is. */
    public Instance instance() {
        Instance i = instance;
        if (i == null) {
            throw new IllegalStateException("unfinished frame");
        }
        return i;
    }

    /** Index of the function. */
    public int func() {
        return func;
    }

    /** Offset from the start of the function's body. */
    public int offset() {
        return offset;
    }

    /** Whether the frame waits for the results of the call at its offset. */
    public boolean awaiting() {
        return awaiting;
    }

    /** Whether this is the beginning of a function. */
    boolean isEntry() {
        return offset == 0 && !awaiting;
    }

    /** The arguments of a function that has not begun. */
    Values args() {
        Module m = instance().module();
        var params = m.funcType(func).params();
        Values v = Values.of(params.size());
        for (int i = 0; i < params.size(); i++) {
            v.add(params.get(i), bits[i], getR(i));
        }
        return v;
    }

    /** Offset of the instruction in the module's bytes, -1 in a host function. */
    public int moduleOffset() {
        Module m = instance().module();
        return func < m.importedFuncs() ? -1 : m.body(func).start() + offset;
    }
}
