package io.polywire.hemi.api;

import io.polywire.hemi.message.ByteSlice;
import io.polywire.hemi.message.Wire;

/** A keystone of the second layer; hashes have 32 octets. */
public record L2Keystone(
        @Wire(unsigned = 8) int version,
        @Wire(value = "l1_block_number", unsigned = 32) long l1BlockNumber,
        @Wire(value = "l2_block_number", unsigned = 32) long l2BlockNumber,
        @Wire("parent_ep_hash") ByteSlice parentEpHash,
        @Wire("prev_ep_keystone_hash") ByteSlice prevEpKeystoneHash,
        @Wire("state_root") ByteSlice stateRoot,
        @Wire("ep_hash") ByteSlice epHash) {}
