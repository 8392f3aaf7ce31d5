package io.polywire.wasm;

import java.util.ArrayList;
import java.util.List;

/** Unwinds a program that is being suspended; collects a frame of each function on the way, innermost first. */
public final class Suspend extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // exceptions of this class never leave the engine
    private final transient List<Frame> frames = new ArrayList<>();

    Suspend() {
        super("suspended", null, false, false);
    }

    /**
     * Begins the frame of a function; called by generated code.
     *
     * @param point offset times two, plus one if the frame waits for a call's results
     */
    public Frame at(int point, int locals, int operands) {
        Frame f = new Frame(point, locals, operands, this);
        frames.add(f);
        return f;
    }

    void add(Frame frame) {
        frames.add(frame);
    }

    /** The frames, outermost first; empties this object. */
    List<Frame> take() {
        List<Frame> taken = new ArrayList<>(frames.reversed());
        frames.clear();
        return taken;
    }
}
