/** How messages are written in JSON, MessagePack and CBOR: skimmed when read, payloads carried. */
@NullMarked
package io.polywire.codec;

import org.jspecify.annotations.NullMarked;
