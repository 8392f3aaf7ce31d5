package io.polywire.ccproxy.message;

/**
 * Asks for stream sequence numbers and the descriptor that carries their frames.
 *
 * @param nStreams 1 (stdin and stdout) or 2 (stderr on a number of its own)
 */
public record AllocateIo(long nStreams) implements Payload {
    static final String ID = "allocateIO";

    @Override
    public String id() {
        return ID;
    }
}
