package io.polywire.ccproxy.message;

/** Unregisters a VM, whoever registered it, and ends all its streams. */
public record Bye(String containerId) implements Payload {
    static final String ID = "bye";

    @Override
    public String id() {
        return ID;
    }
}
