package io.polywire.gate.storage;

/**
 * A module that is kept.
 *
 * @param id its hash
 * @param size octets
 */
public record StoredModule(String id, long size) {}
