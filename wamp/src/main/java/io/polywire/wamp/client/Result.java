package io.polywire.wamp.client;

import io.polywire.model.Message;
import org.jspecify.annotations.Nullable;

/** What a call gave back, or one of its progressive results. */
public final class Result extends Arguments {
    Result(Message.Result message) {
        super(message.payload(), message.details());
    }

    /** The first positional value; null also if there is none. */
    public @Nullable Object value() {
        return get(0);
    }

    /** Whether more will follow. */
    public boolean isProgress() {
        return Boolean.TRUE.equals(details().get("progress"));
    }
}
