package io.polywire.wasm.compile;

import io.polywire.wasm.Frame;
import io.polywire.wasm.Instance;
import io.polywire.wasm.Values;

/** Continues a function at the head of a certain loop. Implemented by generated classes. */
public interface Resumer {
    /** Runs the function from the frame's loop to its end and returns its results. */
    Values resume(Frame frame, Instance instance, int depth);
}
