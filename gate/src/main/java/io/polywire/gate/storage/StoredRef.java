package io.polywire.gate.storage;

/**
 * A reference.
 *
 * @param principal whose it is
 * @param module id of the module
 */
public record StoredRef(String principal, String module) {}
