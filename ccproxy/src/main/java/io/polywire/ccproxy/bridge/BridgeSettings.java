package io.polywire.ccproxy.bridge;

/**
 * How VMs appear in a realm.
 *
 * @param prefix of the procedures, for instance {@code vm.}; may be empty
 * @param authrole the role of the bridge's sessions, which decides what they may register and publish
 */
public record BridgeSettings(String prefix, String authrole) {}
