package io.polywire.gate.bridge;

import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.net.Loop;
import io.polywire.net.Loops;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.Link;
import io.polywire.router.LoopEnvironment;
import io.polywire.router.Realm;
import io.polywire.router.RealmOptions;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A realm on a loop of its own, and sessions in it. */
final class RealmFixture implements AutoCloseable {
    private final Loops loops = Loops.open(1);
    private final HostedRealm realm;

    RealmFixture() {
        Loop loop = loops.all().getFirst();
        LoopEnvironment environment =
                new LoopEnvironment((task, millis) -> loop.schedule(task, Duration.ofMillis(millis)));
        realm = new HostedRealm(new Realm("realm1", RealmOptions.DEFAULT, environment), loop, loop::inLoop);
    }

    HostedRealm realm() {
        return realm;
    }

    /** Number of sessions, once the loop has done what it had to do. */
    int sessions() throws Exception {
        CompletableFuture<Integer> n = new CompletableFuture<>();
        realm.thread()
                .execute(() ->
                        realm.thread().execute(() -> n.complete(realm.realm().sessionCount())));
        return n.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        loops.close();
    }

    /** Another session of the realm. */
    final class Other implements Link {
        final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
        final Session session;
        private long calls = 1000;

        Other() throws Exception {
            CompletableFuture<Session> joined = new CompletableFuture<>();
            Dict roles = Dict.of(
                    "roles",
                    Map.of("caller", Map.of(), "callee", Map.of(), "subscriber", Map.of(), "publisher", Map.of()));
            realm.thread()
                    .execute(() -> joined.complete(realm.realm()
                            .join(
                                    this,
                                    new Identity("o", "anonymous", "anonymous", "static", Map.of()),
                                    roles,
                                    Map.of())));
            session = joined.get(20, TimeUnit.SECONDS);
        }

        void receive(Message m) {
            realm.thread().execute(() -> session.receive(m));
        }

        <T extends Message> T next(Class<T> type) throws Exception {
            Message m = messages.poll(20, TimeUnit.SECONDS);
            return type.cast(m);
        }

        @Override
        public Sent send(Message message) {
            messages.add(message);
            return Sent.OK;
        }

        /** Calls a procedure and waits for the answer. */
        Message call(String uri, Object... args) throws Exception {
            receive(new Message.Call(++calls, Dict.EMPTY, uri, Payload.of(args)));
            return next(Message.class);
        }

        @Override
        public void end(Message.Goodbye why) {}

        @Override
        public void abort(String text) {}
    }
}
