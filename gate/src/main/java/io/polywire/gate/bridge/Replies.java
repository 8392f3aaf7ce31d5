package io.polywire.gate.bridge;

import io.polywire.gate.service.GuestCall;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Gives replies in the order of their calls. Thread-safe. */
final class Replies {
    /** The reply to one call. */
    final class Reply {
        private final GuestCall call;
        private byte @Nullable [] content;

        private Reply(GuestCall call) {
            this.call = call;
        }

        /** Gives it as soon as those before it were given; only the first time counts. */
        void give(byte[] reply) {
            synchronized (Replies.this) {
                if (content == null) {
                    content = reply;
                }
                while (!waiting.isEmpty()) {
                    Reply first = waiting.peek();
                    byte[] ready = first.content;
                    if (ready == null) {
                        return;
                    }
                    waiting.remove();
                    first.call.reply(ready);
                }
            }
        }
    }

    private final Deque<Reply> waiting = new ArrayDeque<>();

    synchronized Reply expect(GuestCall call) {
        Reply reply = new Reply(call);
        waiting.add(reply);
        return reply;
    }
}
