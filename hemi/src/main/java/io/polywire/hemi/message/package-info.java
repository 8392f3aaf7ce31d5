/**
 * Messages of the Hemi protocol: JSON envelopes of a command, an id and a payload; payloads are records, and a {@link
 * io.polywire.hemi.message.CommandSet} says which command carries which.
 */
@NullMarked
package io.polywire.hemi.message;

import org.jspecify.annotations.NullMarked;
