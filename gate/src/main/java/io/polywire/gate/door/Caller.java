package io.polywire.gate.door;

import io.polywire.model.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param owner principal, or the account of anonymous callers of one address
 * @param anonymous whether it is nobody in particular
 * @param trace that its request belongs to; null if that is not followed
 */
record Caller(String owner, boolean anonymous, @Nullable TraceContext trace) {}
