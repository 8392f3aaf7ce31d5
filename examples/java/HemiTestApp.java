/// A Hemi server for trying clients, without login at /hemi and with one at /hemi-auth: --listen HOST:PORT
import io.polywire.hemi.door.Handlers;
import io.polywire.hemi.door.HemiDoor;
import io.polywire.hemi.door.HemiDoorSettings;
import io.polywire.hemi.door.HemiSession;
import io.polywire.hemi.login.PublicKey;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.RequestException;
import io.polywire.hemi.message.Wire;
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

public final class HemiTestApp {
    static final CommandSet COMMANDS = CommandSet.of("polywiretest")
            .with("test-echo", EchoRequest.class, EchoResponse.class)
            .with("test-add", AddRequest.class, AddResponse.class)
            .with("test-fail", FailRequest.class, FailResponse.class)
            .with("test-internal", InternalRequest.class, InternalResponse.class)
            .with("test-slow", SlowRequest.class, SlowResponse.class)
            .with("test-notify", NotifyRequest.class, NotifyResponse.class)
            .withNotification("test", Notification.class)
            .with("test-list", ListRequest.class, ListResponse.class)
            .with("test-whoami", WhoamiRequest.class, WhoamiResponse.class)
            .withCommand("test-close-request", CloseRequest.class);

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
        return new Handlers(COMMANDS)
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

    private static Record fail(FailRequest q) {
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

    /** Serves until it is killed; port 0 lets the system choose one. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 0 && (args.length != 2 || !args[0].equals("--listen"))) {
            System.err.println("usage: hemi-testapp [--listen HOST:PORT]");
            System.exit(2);
        }
        String at = args.length == 0 ? "127.0.0.1:9091" : args[1];
        try (Loops loops = Loops.open();
                Listener listener = Listener.open(loops, new ListenSettings(Endpoint.parse(at)), doors())) {
            IO.println("listening on " + listener.endpoint());
            Thread.currentThread().join();
        }
    }

    // --- the payloads of the commands ---

    record EchoRequest(String text) {}
    record EchoResponse(String text, ProtocolError error) {}
    record AddRequest(long a, long b) {}
    record AddResponse(long sum, ProtocolError error) {}
    record FailRequest(String reason) {}
    record FailResponse(ProtocolError error) {}
    record InternalRequest(String detail) {}
    record InternalResponse(ProtocolError error) {}
    record SlowRequest(@Wire(unsigned = 32) long ms) {}
    record SlowResponse(
            @Wire(unsigned = 32) long ms, ProtocolError error) {}
    record NotifyRequest(@Wire(unsigned = 32) long count, String text) {}
    record NotifyResponse(
            @Wire(unsigned = 32) long count, ProtocolError error) {}
    record Notification(@Wire(unsigned = 32) long seq, String text) {}
    record ListRequest(@Wire(unsigned = 32) long n) {}
    record ListResponse(List<String> items, ProtocolError error) {}
    record WhoamiRequest() {}
    record WhoamiResponse(String publickey, ProtocolError error) {}
    record CloseRequest(int code, String reason) {}
}
