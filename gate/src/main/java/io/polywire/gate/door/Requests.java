package io.polywire.gate.door;

import io.polywire.gate.message.ApiException;
import io.polywire.net.ExchangeHandler;
import io.polywire.net.Headers;
import io.polywire.net.HttpExchange;
import io.polywire.net.HttpResponse;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The ways in which requests are handled: work on a virtual thread, before or after the body. */
final class Requests {
    /** Bodies up to this size are gathered before anything is checked: most have arrived together with the head. */
    private static final int SMALL_BODY = 64 * 1024;

    private Requests() {}

    /** Work that answers; the body is passed over. */
    static final class Simple implements ExchangeHandler {
        private final GateDoor door;
        private final Asked asked;
        private final Function<Waiter, @Nullable HttpResponse> work;
        private final Waiter waiter = new Waiter();

        Simple(GateDoor door, Asked asked, Function<Waiter, @Nullable HttpResponse> work) {
            this.door = door;
            this.asked = asked;
            this.work = work;
        }

        @Override
        public void onStart(HttpExchange exchange) {
            door.host().execute(() -> {
                HttpResponse answer;
                try {
                    answer = work.apply(waiter);
                } catch (RuntimeException e) {
                    answer = asked.refusal(Asked.told(e));
                }
                if (answer != null) {
                    exchange.respond(answer);
                }
            });
        }

        @Override
        public void onData(HttpExchange exchange, byte[] buf, int off, int len) {}

        @Override
        public void onEnd(HttpExchange exchange, Headers trailers) {}

        @Override
        public void onClose(HttpExchange exchange, boolean complete) {
            waiter.gone();
        }
    }

    /** Work on a body; what comes after it may be a stream. */
    static final class WithBody implements ExchangeHandler {
        private final GateDoor door;
        private final Asked asked;
        private final Function<HttpExchange, Caller> authorize;
        private final BodyWork work;
        private final Upload upload;
        private final boolean small;
        private @Nullable Caller caller;
        private @Nullable HttpStream stream;
        private boolean ended;
        private boolean closed;
        private boolean working;
        private boolean refused;
        private int seen;
        private @Nullable Future<?> watch;

        /** What is done with the body; returns the answer, or null if {@link #stream} is used. */
        interface BodyWork {
            @Nullable
            HttpResponse apply(WithBody request, HttpExchange exchange, Caller caller, byte[] body);
        }

        WithBody(GateDoor door, Asked asked, int limit, Function<HttpExchange, Caller> authorize, BodyWork work) {
            this.door = door;
            this.asked = asked;
            this.authorize = authorize;
            this.work = work;
            this.upload = new Upload(door.uploads(), limit);
            long length = asked.contentLength();
            this.small = length >= 0 && length <= SMALL_BODY;
        }

        @Override
        public void onStart(HttpExchange exchange) {
            watch(exchange);
            if (!small) {
                door.host().execute(() -> {
                    try {
                        Caller found = authorize.apply(exchange);
                        exchange.execute(() -> {
                            caller = found;
                            proceed(exchange);
                        });
                    } catch (RuntimeException e) {
                        exchange.execute(() -> refuse(exchange, e));
                    }
                });
            }
        }

        /** A client that sends no more of its body holds memory that others need. */
        private void watch(HttpExchange exchange) {
            int before = seen;
            watch = exchange.loop()
                    .schedule(
                            () -> {
                                if (!ended && !closed && seen == before) {
                                    exchange.abort();
                                } else if (!ended && !closed) {
                                    watch(exchange);
                                }
                            },
                            door.settings().patience());
        }

        private void unwatch() {
            Future<?> running = watch;
            if (running != null) {
                running.cancel(false);
                watch = null;
            }
        }

        private void refuse(HttpExchange exchange, RuntimeException why) {
            if (!refused && !closed) {
                refused = true;
                upload.release();
                exchange.respond(asked.refusal(Asked.told(why)));
            }
        }

        @Override
        public void onData(HttpExchange exchange, byte[] buf, int off, int len) {
            seen++;
            if (refused) {
                return;
            }
            try {
                upload.add(buf, off, len);
            } catch (ApiException e) {
                refuse(exchange, e);
            }
        }

        @Override
        public void onEnd(HttpExchange exchange, Headers trailers) {
            ended = true;
            unwatch();
            proceed(exchange);
        }

        private void proceed(HttpExchange exchange) {
            if (!ended || !(small || caller != null) || refused || closed || working) {
                return;
            }
            working = true;
            byte[] body = upload.whole();
            Caller found = caller;
            door.host().execute(() -> {
                HttpResponse answer;
                try {
                    answer = work.apply(this, exchange, found == null ? authorize.apply(exchange) : found, body);
                } catch (RuntimeException e) {
                    answer = asked.refusal(Asked.told(e));
                }
                HttpResponse last = answer;
                exchange.execute(() -> {
                    upload.release();
                    if (last != null && !closed) {
                        exchange.respond(last);
                    }
                });
            });
        }

        /** From now on the exchange belongs to a stream whose input has ended; on the loop. False if the client has gone. */
        boolean stream(HttpStream with) {
            stream = with;
            if (closed) {
                with.lost();
            }
            with.receivedEnd();
            return !closed;
        }

        @Override
        public void onDrained(HttpExchange exchange) {
            HttpStream to = stream;
            if (to != null) {
                to.drained();
            }
        }

        @Override
        public void onClose(HttpExchange exchange, boolean complete) {
            closed = true;
            unwatch();
            HttpStream to = stream;
            if (to != null) {
                to.lost();
            }
            if (!working && !refused) {
                upload.release();
            }
        }
    }

    /** A stream whose input is the body, after work on a virtual thread. */
    static final class Streaming implements ExchangeHandler {
        private final GateDoor door;
        private final Asked asked;
        private final boolean call;
        private final BiFunction<HttpExchange, HttpStream, @Nullable HttpResponse> work;
        private @Nullable HttpStream stream;

        /** The work opens the stream, on the loop, or returns an answer instead. */
        Streaming(
                GateDoor door,
                Asked asked,
                boolean call,
                BiFunction<HttpExchange, HttpStream, @Nullable HttpResponse> work) {
            this.door = door;
            this.asked = asked;
            this.call = call;
            this.work = work;
        }

        @Override
        public void onStart(HttpExchange exchange) {
            HttpStream begun = new HttpStream(exchange, asked, call);
            stream = begun;
            door.host().execute(() -> {
                HttpResponse answer;
                try {
                    answer = work.apply(exchange, begun);
                } catch (RuntimeException e) {
                    answer = asked.refusal(Asked.told(e));
                }
                if (answer != null) {
                    exchange.respond(answer);
                }
            });
        }

        @Override
        public void onData(HttpExchange exchange, byte[] buf, int off, int len) {
            HttpStream to = stream;
            if (to != null) {
                to.received(buf, off, len);
            }
        }

        @Override
        public void onEnd(HttpExchange exchange, Headers trailers) {
            HttpStream to = stream;
            if (to != null) {
                to.receivedEnd();
            }
        }

        @Override
        public void onDrained(HttpExchange exchange) {
            HttpStream to = stream;
            if (to != null) {
                to.drained();
            }
        }

        @Override
        public void onClose(HttpExchange exchange, boolean complete) {
            HttpStream to = stream;
            if (to != null) {
                to.lost();
            }
        }
    }
}
