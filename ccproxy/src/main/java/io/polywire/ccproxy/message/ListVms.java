package io.polywire.ccproxy.message;

/**
 * Asks what is registered; an extension, unknown to the original. The answer's data is {@code {"vms":[{"containerId":s,
 * "state":s,"clients":n,"streams":n}]}}.
 */
public record ListVms() implements Payload {
    static final String ID = "polywire.list";

    @Override
    public String id() {
        return ID;
    }
}
