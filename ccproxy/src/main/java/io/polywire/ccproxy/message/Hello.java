package io.polywire.ccproxy.message;

/**
 * Registers a VM and makes it the connection's current one.
 *
 * @param containerId by which the VM is known from now on
 * @param ctlSerial path of the socket of hyperstart's control channel
 * @param ioSerial path of the socket of hyperstart's I/O channel
 */
public record Hello(String containerId, String ctlSerial, String ioSerial) implements Payload {
    static final String ID = "hello";

    @Override
    public String id() {
        return ID;
    }
}
