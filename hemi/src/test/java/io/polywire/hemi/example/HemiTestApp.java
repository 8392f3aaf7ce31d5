package io.polywire.hemi.example;

import io.polywire.hemi.door.Handlers;
import io.polywire.hemi.door.HemiDoor;
import io.polywire.hemi.door.HemiDoorSettings;
import io.polywire.hemi.door.HemiSession;
import io.polywire.hemi.example.TestCommands.AddRequest;
import io.polywire.hemi.example.TestCommands.AddResponse;
import io.polywire.hemi.example.TestCommands.CloseRequest;
import io.polywire.hemi.example.TestCommands.EchoRequest;
import io.polywire.hemi.example.TestCommands.EchoResponse;
import io.polywire.hemi.example.TestCommands.FailRequest;
import io.polywire.hemi.example.TestCommands.InternalRequest;
import io.polywire.hemi.example.TestCommands.ListRequest;
import io.polywire.hemi.example.TestCommands.ListResponse;
import io.polywire.hemi.example.TestCommands.Notification;
import io.polywire.hemi.example.TestCommands.NotifyRequest;
import io.polywire.hemi.example.TestCommands.NotifyResponse;
import io.polywire.hemi.example.TestCommands.SlowRequest;
import io.polywire.hemi.example.TestCommands.SlowResponse;
import io.polywire.hemi.example.TestCommands.WhoamiRequest;
import io.polywire.hemi.example.TestCommands.WhoamiResponse;
import io.polywire.hemi.login.PublicKey;
import io.polywire.hemi.message.RequestException;
import io.polywire.net.Doors;
import io.polywire.net.Endpoint;
import io.polywire.net.ListenSettings;
import io.polywire.net.Listener;
import io.polywire.net.Loops;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The test application: {@code /hemi} without and {@code /hemi-auth} with a login. */
public final class HemiTestApp {
    /** The one key that is not let in. */
    private static final String REFUSED = "02207bba70bc66309baa582a6ac120fd52d68026c51f6326f8ccedcbd2c1b7eb82";

    private static final long LONGEST_MILLIS = 60_000;
    private static final long LONGEST_LIST = 10_000;

    private HemiTestApp() {}

    /** Both doors. */
    public static Doors doors() {
        HemiDoorSettings plain = HemiDoorSettings.at("/hemi").withRequestTimeout(Duration.ofSeconds(90));
        HemiDoorSettings secured = HemiDoorSettings.at("/hemi-auth")
                .withRequestTimeout(Duration.ofSeconds(90))
                .withLogin(key -> CompletableFuture.completedFuture(
                        key.hex().equals(REFUSED) ? Optional.empty() : Optional.of("member")));
        return Doors.http(new HemiDoor(plain, handlers()), new HemiDoor(secured, handlers()));
    }

    private static Handlers handlers() {
        return new Handlers(TestCommands.COMMANDS)
                .onLoop(EchoRequest.class, (_, q) -> new EchoResponse(q.text(), null))
                .onLoop(AddRequest.class, (_, q) -> add(q))
                .onLoop(WhoamiRequest.class, (session, _) -> whoami(session))
                .on(FailRequest.class, (_, q) -> fail(q))
                .on(InternalRequest.class, (_, q) -> {
                    throw new IllegalStateException("secret detail: " + q.detail());
                })
                .on(SlowRequest.class, (_, q) -> slow(q))
                .on(NotifyRequest.class, HemiTestApp::notifications)
                .on(ListRequest.class, (_, q) -> list(q))
                .onLoop(CloseRequest.class, (session, q) -> {
                    session.close(q.code(), q.reason());
                    return null;
                });
    }

    private static AddResponse add(AddRequest q) {
        try {
            return new AddResponse(Math.addExact(q.a(), q.b()), null);
        } catch (ArithmeticException overflow) {
            throw new RequestException("sum out of range");
        }
    }

    private static @Nullable Record fail(FailRequest q) {
        throw new RequestException("request failed: " + q.reason());
    }

    private static SlowResponse slow(SlowRequest q) throws InterruptedException {
        Thread.sleep(Math.min(q.ms(), LONGEST_MILLIS));
        return new SlowResponse(q.ms(), null);
    }

    private static NotifyResponse notifications(HemiSession session, NotifyRequest q) throws InterruptedException {
        for (long seq = 1; seq <= q.count(); seq++) {
            session.send(new Notification(seq, q.text()));
        }
        return new NotifyResponse(q.count(), null);
    }

    private static ListResponse list(ListRequest q) {
        if (q.n() > LONGEST_LIST) {
            throw new RequestException("n must be at most " + LONGEST_LIST);
        }
        List<String> items =
                LongStream.range(0, q.n()).mapToObj(i -> "item-" + i).toList();
        return new ListResponse(items, null);
    }

    private static WhoamiResponse whoami(HemiSession session) {
        PublicKey key = session.publicKey();
        return new WhoamiResponse(key == null ? "" : key.hex(), null);
    }

    /**
     * Serves until the process is ended.
     *
     * @param args {@code --listen HOST:PORT}
     */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2 || !args[0].equals("--listen")) {
            System.err.println("usage: hemi-testapp --listen HOST:PORT");
            System.exit(2);
        }
        try (Loops loops = Loops.open();
                Listener listener = Listener.open(loops, new ListenSettings(Endpoint.parse(args[1])), doors())) {
            System.out.println("listening on " + listener.endpoint());
            Thread.currentThread().join();
        }
    }
}
