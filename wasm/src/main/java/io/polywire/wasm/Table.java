package io.polywire.wasm;

import io.polywire.wasm.module.ExternType.TableType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A table of references. Not thread-safe: to be used by the thread that runs the program, or while it is stopped. */
public final class Table implements Extern {
    @Nullable
    Object[] elements;

    private final TableType type;
    private final int maxElements;

    /**
     * Makes a table of its minimal size, full of nulls.
     *
     * @param maxElements size past which it does not grow, whatever its type says
     * @throws LinkException if it is too large
     */
    public Table(TableType type, int maxElements) {
        if (type.limits().min() > maxElements) {
            throw new LinkException("no room for a table of " + type.limits().min() + " elements");
        }
        this.type = type;
        this.maxElements = maxElements;
        this.elements = new Object[(int) type.limits().min()];
    }

    public TableType type() {
        return type;
    }

    public int size() {
        return elements.length;
    }

    public @Nullable Object get(int index) {
        return elements[index];
    }

    public void set(int index, @Nullable Object ref) {
        elements[index] = ref;
    }

    /** Grows and returns the size before, or -1 and nothing changes. */
    public int grow(int more, @Nullable Object init) {
        int old = elements.length;
        long wanted = old + Integer.toUnsignedLong(more);
        Long max = type.limits().max();
        if (wanted > maxElements || (max != null && wanted > max)) {
            return -1;
        }
        elements = Arrays.copyOf(elements, (int) wanted);
        Arrays.fill(elements, old, elements.length, init);
        return old;
    }

    /** Throws the trap if the range, both unsigned, is not within the table. */
    void check(int index, int length) {
        if (Integer.toUnsignedLong(index) + Integer.toUnsignedLong(length) > elements.length) {
            throw new Trap(Trap.Kind.TABLE_OUT_OF_BOUNDS);
        }
    }
}
