package io.polywire.net;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a listener serves.
 *
 * @param http asked in this order; empty if the listener speaks no HTTP
 * @param stream takes connections whose first octet is 0x7F, or every connection if there is no HTTP door
 */
public record Doors(List<HttpDoor> http, @Nullable StreamDoor stream) {
    public Doors {
        http = List.copyOf(http);
        if (http.isEmpty() && stream == null) {
            throw new IllegalArgumentException("a listener needs a door");
        }
    }

    /** HTTP only. */
    public static Doors http(HttpDoor... doors) {
        return new Doors(List.of(doors), null);
    }

    /** Every connection goes to that door, without looking at its first octet. */
    public static Doors stream(StreamDoor door) {
        return new Doors(List.of(), door);
    }
}
