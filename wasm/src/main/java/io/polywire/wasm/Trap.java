package io.polywire.wasm;

import org.jspecify.annotations.Nullable;

/** A trap (specification 4.4): the program did something that ends it. */
public final class Trap extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Reasons, with the words of the specification's tests. */
    public enum Kind {
        UNREACHABLE("unreachable"),
        INTEGER_DIVIDE_BY_ZERO("integer divide by zero"),
        INTEGER_OVERFLOW("integer overflow"),
        INVALID_CONVERSION("invalid conversion to integer"),
        MEMORY_OUT_OF_BOUNDS("out of bounds memory access"),
        TABLE_OUT_OF_BOUNDS("out of bounds table access"),
        UNDEFINED_ELEMENT("undefined element"),
        UNINITIALIZED_ELEMENT("uninitialized element"),
        SIGNATURE_MISMATCH("indirect call type mismatch"),
        CALL_STACK_EXHAUSTED("call stack exhausted");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** The specification's words. */
        public String text() {
            return text;
        }
    }

    private final Kind kind;

    public Trap(Kind kind) {
        this(kind, null);
    }

    Trap(Kind kind, @Nullable Throwable cause) {
        super(kind.text(), cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The trap that an exception of generated code stands for, null if it is something else. */
    static @Nullable Trap of(Throwable t) {
        return switch (t) {
            case Trap trap -> trap;
            case IndexOutOfBoundsException e -> new Trap(Kind.MEMORY_OUT_OF_BOUNDS, e);
            case ArithmeticException e -> new Trap(Kind.INTEGER_DIVIDE_BY_ZERO, e);
            case StackOverflowError e -> new Trap(Kind.CALL_STACK_EXHAUSTED);
            default -> null;
        };
    }
}
