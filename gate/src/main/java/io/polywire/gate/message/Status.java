package io.polywire.gate.message;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * State of an instance.
 *
 * @param state what it does
 * @param cause why it was suspended or killed; null: nothing out of the ordinary
 * @param result 0 or 1; means something for {@link State#HALTED} and {@link State#TERMINATED} only
 * @param error text for people that says more about the cause; empty: nothing to say
 */
public record Status(State state, @Nullable Cause cause, int result, String error) {
    /** An ordinary state without result. */
    public static Status of(State state) {
        return new Status(state, null, 0, "");
    }

    /**
     * Reads the value of the header {@code X-Gate-Status}.
     *
     * @throws MalformedJsonException if it is not the object that it should be. The list of causes is open: one that is
     *     not known becomes {@link Cause#INTERNAL}, with its name in the error
     */
    public static Status parse(String json) {
        return read(Json.parseObject(json));
    }

    /** One JSON object on one line; members without content are left out. */
    public String toJson() {
        return Json.write(write(Json.object()));
    }

    static Status read(ObjectNode from) {
        String cause = Json.text(from, "cause");
        String error = Json.text(from, "error");
        Cause known = null;
        if (!cause.isEmpty()) {
            try {
                known = Cause.valueOf(cause.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException unknown) {
                known = Cause.INTERNAL;
                error = error.isEmpty() ? cause : cause + ": " + error;
            }
        }
        try {
            State state = State.valueOf(Json.text(from, "state"));
            return new Status(state, known, (int) Json.integer(from, "result"), error);
        } catch (IllegalArgumentException e) {
            throw new MalformedJsonException("unknown state: " + Json.text(from, "state"));
        }
    }

    ObjectNode write(ObjectNode into) {
        into.put("state", state.name());
        if (cause != null) {
            into.put("cause", cause.name());
        }
        if (result != 0) {
            into.put("result", result);
        }
        if (!error.isEmpty()) {
            into.put("error", error);
        }
        return into;
    }

    /** The JSON form. */
    @Override
    public String toString() {
        return toJson();
    }
}
