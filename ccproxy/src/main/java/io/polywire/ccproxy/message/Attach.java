package io.polywire.ccproxy.message;

/** Makes a registered VM the connection's current one. */
public record Attach(String containerId) implements Payload {
    static final String ID = "attach";

    @Override
    public String id() {
        return ID;
    }
}
