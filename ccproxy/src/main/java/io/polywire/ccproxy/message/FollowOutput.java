package io.polywire.ccproxy.message;

/**
 * Asks for copies of all output frames of a VM, whichever stream they belong to; an extension, unknown to the original.
 * The answer is followed by a descriptor, as that of {@link AllocateIo}, from which the frames are read.
 */
public record FollowOutput(String containerId) implements Payload {
    static final String ID = "polywire.follow";

    @Override
    public String id() {
        return ID;
    }
}
