package io.polywire.gate.message;

/** Why an instance is suspended or killed. Clients must expect more of them. */
public enum Cause {
    UNREACHABLE(3),
    CALL_STACK_EXHAUSTED(4),
    MEMORY_ACCESS_OUT_OF_BOUNDS(5),
    INDIRECT_CALL_INDEX_OUT_OF_BOUNDS(6),
    INDIRECT_CALL_SIGNATURE_MISMATCH(7),
    INTEGER_DIVIDE_BY_ZERO(8),
    INTEGER_OVERFLOW(9),
    BREAKPOINT(10),
    ABI_DEFICIENCY(27),
    ABI_VIOLATION(28),
    INTERNAL(29);

    private final int number;

    Cause(int number) {
        this.number = number;
    }

    /** The number that stands for this cause in debug answers, and as a trap in snapshots. */
    public int number() {
        return number;
    }
}
