package io.polywire.wamp.client;

import io.polywire.model.Dict;

/** A call was answered with ERROR, by the callee or by the router on its behalf; the URI says which error. */
public final class CallException extends WampException {
    private final String procedure;

    CallException(String procedure, String uri, Arguments arguments, Dict details) {
        super(uri, arguments, details, null);
        this.procedure = procedure;
    }

    /** What was called. */
    public String procedure() {
        return procedure;
    }

    @Override
    public String getMessage() {
        return "call of " + procedure + ": " + super.getMessage();
    }
}
