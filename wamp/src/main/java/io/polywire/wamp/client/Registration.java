package io.polywire.wamp.client;

/** A procedure that this side answers, until it is unregistered or the client closed; it comes back after a reconnection. */
public final class Registration {
    private final WampClient client;
    private final String procedure;
    private final RegisterOptions options;
    private final ProcedureHandler handler;
    final Serial order = new Serial();
    private volatile long id;
    private volatile boolean wanted = true;

    Registration(WampClient client, String procedure, RegisterOptions options, ProcedureHandler handler) {
        this.client = client;
        this.procedure = procedure;
        this.options = options;
        this.handler = handler;
    }

    /** The URI or pattern registered. */
    public String procedure() {
        return procedure;
    }

    public RegisterOptions options() {
        return options;
    }

    /** The router's id of it, another one after a reconnection; 0 while it is not registered. */
    public long id() {
        return id;
    }

    /** Whether the router knows of it at this moment. */
    public boolean isActive() {
        return id != 0;
    }

    /** Gives the procedure up. Calls that are in progress go on; without effect if it is given up already. */
    public Pending<Registration> unregister() {
        return client.unregister(this);
    }

    /** Whether it is to be brought back. */
    boolean isWanted() {
        return wanted;
    }

    void unwant() {
        wanted = false;
    }

    ProcedureHandler handler() {
        return handler;
    }

    void id(long value) {
        id = value;
    }

    @Override
    public String toString() {
        return "registration of " + procedure;
    }
}
