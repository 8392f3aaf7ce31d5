package io.polywire.hemi.bridge;

import io.polywire.codec.Payloads;
import io.polywire.codec.Values;
import io.polywire.hemi.message.Envelope;
import io.polywire.hemi.message.InvalidCommandException;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Payloads of commands are objects of JSON; in a realm they are the ArgumentsKw. */
public final class RealmPayloads {
    private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.US_ASCII);

    /** Before the payload, so that both together are elements of a message; the first octet is the message's own. */
    private static final byte[] BEFORE = "[[],".getBytes(StandardCharsets.US_ASCII);

    private RealmPayloads() {}

    /**
     * The payload of a command as the ArgumentsKw of a message; carried as it is.
     *
     * @throws InvalidCommandException if it is missing or no object, or not fit for a realm: nested too deeply, a string
     *     with half of a surrogate pair, a number of more than 1000 digits
     */
    public static Payload toRealm(Envelope envelope) {
        if (!envelope.payloadIsObject()) {
            throw new InvalidCommandException("payload is no object");
        }
        byte[] message = new byte[BEFORE.length + envelope.length() + 1];
        System.arraycopy(BEFORE, 0, message, 0, BEFORE.length);
        System.arraycopy(envelope.octets(), envelope.offset(), message, BEFORE.length, envelope.length());
        message[message.length - 1] = ']';
        try {
            Values.check(Serialization.JSON, message, 0, message.length);
        } catch (ProtocolViolation unfit) {
            throw new InvalidCommandException(unfit.text());
        }
        return Payload.encoded(Serialization.JSON, message, 1, message.length - 2, 2);
    }

    /**
     * A payload of the realm as JSON: the ArgumentsKw if there are no Arguments, the one argument if it is an object and
     * there are no ArgumentsKw, {@code {}} if there is nothing, else an object of {@code args} and {@code kwargs}. On the
     * realm's thread.
     */
    public static byte[] fromRealm(Payload payload) {
        if (payload.isEmpty()) {
            return NOTHING;
        }
        byte[] kwargs = kwargsOnly(payload);
        if (kwargs != null) {
            return kwargs;
        }
        List<@Nullable Object> args = Payloads.args(payload);
        Map<String, @Nullable Object> named = Payloads.kwargs(payload);
        Object value;
        if (args.isEmpty()) {
            value = named;
        } else if (args.size() == 1 && named.isEmpty() && args.getFirst() instanceof Map<?, ?> object) {
            value = object;
        } else {
            Map<String, Object> both = new LinkedHashMap<>();
            both.put("args", args);
            if (!named.isEmpty()) {
                both.put("kwargs", named);
            }
            value = both;
        }
        return Values.write(Serialization.JSON, value);
    }

    /** The ArgumentsKw as they stand, if there is nothing else; else null, which does not mean that there is more. */
    private static byte @Nullable [] kwargsOnly(Payload payload) {
        Payload json = Payloads.in(payload, Serialization.JSON);
        byte[] octets = json.octets();
        int at = json.offset();
        int end = at + json.length();
        boolean noArgs = json.elements() == 2 && json.length() > 4 && octets[at] == '[' && octets[at + 1] == ']';
        if (!noArgs || octets[at + 2] != ',' || octets[at + 3] != '{') {
            return null;
        }
        return Arrays.copyOfRange(octets, at + 3, end);
    }
}
