package io.polywire.codec;

import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;

/**
 * Reads and writes WAMP messages in one serialization; {@link Codecs#of} has them. Thread-safe: what a decoder needs is
 * kept per thread (about 2 KiB, holding nothing of a message once it is read).
 */
public interface Codec {
    Serialization serialization();

    /**
     * Reads the message that fills the octets. Ids, URIs and options are read; the payload is only skimmed (its
     * structure, text and nesting are checked) and stays where it is: the message's payload is a slice of the array,
     * which must not be written again.
     *
     * @throws ProtocolViolation with a text for the peer, if the octets are not exactly one valid message
     */
    Message decode(byte[] octets, int offset, int length);

    /**
     * Writes a message, after {@link Encoded#reset()}; a payload in another serialization is translated (once).
     *
     * @throws IllegalArgumentException if a dict or payload made here holds what is no value of a message, or is nested
     *     too deep; the message must not be sent then. Cannot happen with what was decoded
     */
    void encode(Message message, Encoded out);
}
