package io.polywire.codec;

import io.polywire.model.Serialization;

/** The codec of each serialization. */
public final class Codecs {
    private static final WireCodec JSON = new WireCodec(Serialization.JSON, JsonReader::new, new JsonWriter());
    private static final WireCodec MSGPACK =
            new WireCodec(Serialization.MSGPACK, MsgpackReader::new, new MsgpackWriter());
    private static final WireCodec CBOR = new WireCodec(Serialization.CBOR, CborReader::new, new CborWriter());

    private Codecs() {}

    /** The one codec of the serialization, for all threads and connections. */
    public static Codec of(Serialization serialization) {
        return wire(serialization);
    }

    static WireCodec wire(Serialization serialization) {
        return switch (serialization) {
            case JSON -> JSON;
            case MSGPACK -> MSGPACK;
            case CBOR -> CBOR;
        };
    }
}
