package io.polywire.wasm;

/** A function that the host gives to programs. */
@FunctionalInterface
public interface HostFunction {
    /**
     * Handles one call, on the thread that runs the program. It may throw {@link Trap} to end the program, {@link Exit}
     * to end it without fault, or what {@link HostCall#waitFor} returns to be called again later, with no thread held
     * meanwhile. Any other exception ends the program as failed.
     *
     * @return the results, of the function's type
     */
    Values call(HostCall call);
}
