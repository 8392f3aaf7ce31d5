package io.polywire.wasm.compile;

import io.polywire.wasm.Instance;
import io.polywire.wasm.Values;

/** Calls compiled functions of one type with values in an array. Implemented by generated classes. */
public interface Adapter {
    /**
     * Calls a function.
     *
     * @param code object of the function's class group
     * @param func index of the function; its complement to call the body of a function that ends in a tail call
     */
    Values invoke(Object code, int func, Values args, Instance instance, int depth);
}
