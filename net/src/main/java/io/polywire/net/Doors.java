package io.polywire.net;

import java.lang.System.Logger.Level;
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

    /** What the first door that wants the request does with it. */
    HttpAnswer ask(HttpRequest request) {
        try {
            for (HttpDoor door : http) {
                HttpAnswer answer = door.answer(request);
                if (answer != null) {
                    return answer;
                }
            }
        } catch (RuntimeException e) {
            Connection.LOG.log(Level.ERROR, "door failed at " + request.method() + " " + request.path(), e);
            return HttpResponse.text(500, "internal error");
        }
        return HttpResponse.text(404, "nothing is served here");
    }

    /** Every connection goes to that door, without looking at its first octet. */
    public static Doors stream(StreamDoor door) {
        return new Doors(List.of(), door);
    }
}
