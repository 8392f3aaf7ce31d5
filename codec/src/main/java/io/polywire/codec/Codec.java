package io.polywire.codec;

import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;

/** Reads and writes WAMP messages in one serialization. Stateless and thread-safe. */
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

    /** Writes a message, after {@link Encoded#reset()}; a payload in another serialization is translated (once). */
    void encode(Message message, Encoded out);
}
