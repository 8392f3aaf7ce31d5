package io.polywire.ccproxy.door;

/** Is told what becomes of VMs. Called on the proxy's thread: must not block. */
public interface VmListener {
    /** Does nothing. */
    VmListener NONE = new VmListener() {};

    /** A VM has said READY and may be used. */
    default void registered(String containerId) {}

    /** A registered VM has closed its channels, or was said bye to. Once for each {@link #registered}. */
    default void gone(String containerId) {}

    /** The number of connections whose current VM this is has changed. */
    default void clients(String containerId, int count) {}
}
