package io.polywire.wasm;

/** How an execution ended. */
public sealed interface Outcome {
    /** The function returned. */
    record Returned(Values results) implements Outcome {}

    /** The program trapped. */
    record Trapped(Trap trap) implements Outcome {}

    /** A host function ended the program in order. */
    record Exited(int code) implements Outcome {}

    /** The execution was killed, by {@link Execution#kill} or by its deadline. */
    record Killed(String reason) implements Outcome {}

    /** A host function, or the engine itself, failed. */
    record Failed(Throwable cause) implements Outcome {}
}
