package io.polywire.wamp.door;

import io.polywire.model.Serialization;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The WebSocket subprotocols of WAMP (WAMP, "WebSocket Transport", "Batched WebSocket Transport"). */
enum Subprotocol {
    JSON("wamp.2.json", Serialization.JSON, false),
    MSGPACK("wamp.2.msgpack", Serialization.MSGPACK, false),
    CBOR("wamp.2.cbor", Serialization.CBOR, false),
    JSON_BATCHED("wamp.2.json.batched", Serialization.JSON, true),
    MSGPACK_BATCHED("wamp.2.msgpack.batched", Serialization.MSGPACK, true),
    CBOR_BATCHED("wamp.2.cbor.batched", Serialization.CBOR, true);

    /** Ends each message of batched JSON. */
    static final int RECORD_SEPARATOR = 0x1E;

    final String token;
    final Serialization serialization;
    final boolean batched;

    Subprotocol(String token, Serialization serialization, boolean batched) {
        this.token = token;
        this.serialization = serialization;
        this.batched = batched;
    }

    /** The first of the client's list that there is; null if there is none. */
    static @Nullable Subprotocol choose(List<String> offered) {
        for (String token : offered) {
            for (Subprotocol s : values()) {
                if (s.token.equals(token)) {
                    return s;
                }
            }
        }
        return null;
    }
}
