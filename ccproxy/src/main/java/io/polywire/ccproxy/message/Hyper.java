package io.polywire.ccproxy.message;

import org.jspecify.annotations.Nullable;

/**
 * Has a command sent to the agent of the current VM.
 *
 * @param hyperName name of the command, see {@link io.polywire.ccproxy.hyperstart.Command}
 * @param data goes to the agent as it is; null when absent
 */
public record Hyper(String hyperName, @Nullable RawJson data) implements Payload {
    static final String ID = "hyper";

    @Override
    public String id() {
        return ID;
    }
}
