package io.polywire.codec;

import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import org.jspecify.annotations.Nullable;

/** One plain value in a serialization, by the same rules as in a message. */
public final class Values {
    private Values() {}

    /**
     * The value that fills the octets: of the types of {@link io.polywire.model.Dict}, immutable but for {@code byte[]}.
     *
     * @throws ProtocolViolation if the octets are not exactly one valid value
     */
    public static @Nullable Object read(Serialization serialization, byte[] octets, int offset, int length) {
        Reader in = Codecs.wire(serialization).reader(octets, offset, length);
        Object value = in.value(in.next());
        in.finish();
        return value;
    }

    /**
     * Checks without making anything: what passes here in an array may be carried in a message's payload.
     *
     * @throws ProtocolViolation if the octets are not exactly one valid value
     */
    public static void check(Serialization serialization, byte[] octets, int offset, int length) {
        Reader in = Codecs.wire(serialization).reader(octets, offset, length);
        in.skip(in.next());
        in.finish();
    }

    /**
     * The octets of a value of the types of {@link io.polywire.model.Dict}, of another integer or floating type of
     * Java, or of collections and maps of such.
     *
     * @throws IllegalArgumentException if it is or holds anything else, or is nested deeper than 63 levels
     */
    public static byte[] write(Serialization serialization, @Nullable Object value) {
        Encoded out = new Encoded();
        Codecs.wire(serialization).writer().value(out, value);
        return out.toByteArray();
    }
}
