package io.polywire.gate.storage;

import io.polywire.gate.message.Status;

/**
 * An instance as it is kept.
 *
 * @param principal owner
 * @param id UUID, unique for the owner
 * @param module id of the module that it was launched from
 * @param function that it was launched or last resumed with; empty: none
 * @param status last known
 * @param debugging whether it was made for debugging
 * @param suspending whether its owner was told that it will be suspended
 * @param state number of the saved state ({@link Storage#addState}), 0 if there is none
 * @param stateSize octets of the saved state
 */
public record StoredInstance(
        String principal,
        String id,
        String module,
        String function,
        Status status,
        boolean debugging,
        boolean suspending,
        long state,
        long stateSize) {}
