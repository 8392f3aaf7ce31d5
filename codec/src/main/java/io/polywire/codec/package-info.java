/**
 * How messages are written in JSON, MessagePack and CBOR: skimmed when read, payloads carried. {@link
 * io.polywire.codec.Codecs} has the codecs; {@link io.polywire.codec.Payloads} looks into a payload; {@link
 * io.polywire.codec.Values} reads and writes a plain value.
 */
@NullMarked
package io.polywire.codec;

import org.jspecify.annotations.NullMarked;
