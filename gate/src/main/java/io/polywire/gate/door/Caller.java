package io.polywire.gate.door;

/**
 * Who asks.
 *
 * @param owner principal, or the account of anonymous callers of one address
 * @param anonymous whether it is nobody in particular
 */
record Caller(String owner, boolean anonymous) {}
