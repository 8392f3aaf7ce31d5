/// A Hemi client that plays a script which a test server judges: --url http://HOST:PORT
import io.polywire.hemi.client.ConnectionException;
import io.polywire.hemi.client.HemiClient;
import io.polywire.hemi.client.HemiClientSettings;
import io.polywire.hemi.client.HemiListener;
import io.polywire.hemi.login.SecretKey;
import io.polywire.hemi.message.CommandSet;
import io.polywire.hemi.message.HemiException;
import io.polywire.hemi.message.PingRequest;
import io.polywire.hemi.message.PingResponse;
import io.polywire.hemi.message.ProtocolError;
import io.polywire.hemi.message.Received;
import io.polywire.hemi.message.Wire;
import io.polywire.net.Loops;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

public final class HemiScript implements AutoCloseable {
    private static final CommandSet COMMANDS = HemiTestApp.COMMANDS
            .with("test-report", ReportRequest.class, ReportResponse.class)
            .with("test-pingme", PingMeRequest.class, PingMeResponse.class)
            .with("test-big", BigRequest.class, BigResponse.class)
            .with("test-done", DoneRequest.class, DoneResponse.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String TEXT = "Grüße <&> \"x\" \\ \u2028 😀\tend";
    private static final SecretKey KEY_A =
            SecretKey.ofHex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
    private static final SecretKey KEY_B =
            SecretKey.ofHex("2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40");

    private final Loops loops;
    private final String base;
    private final BlockingQueue<Long> heard = new LinkedBlockingQueue<>();
    private final HemiClient client;

    /**
     * @param base {@code http://HOST:PORT}
     */
    public HemiScript(Loops loops, String base) {
        this.loops = loops;
        this.base = base;
        this.client = new HemiClient(loops, settings("/hemi-script"), new HemiListener() {
            @Override
            public void onMessage(Received message) {
                if (message.payload() instanceof HemiTestApp.Notification n) {
                    heard.add(n.seq());
                }
            }
        });
    }

    private HemiClientSettings settings(String path) {
        return HemiClientSettings.of(URI.create(base + path), COMMANDS);
    }

    private <R extends Record> R call(Record request, Class<R> response) throws InterruptedException {
        return client.call(request, response, TIMEOUT);
    }

    private void report(String key, String value) throws InterruptedException {
        call(new ReportRequest(key, value), ReportResponse.class);
    }

    /** All steps. */
    public void run() throws InterruptedException {
        client.connect();
        call(PingRequest.now(), PingResponse.class);
        report("echo", call(new HemiTestApp.EchoRequest(TEXT), HemiTestApp.EchoResponse.class).text());
        slow();
        errors();
        notifications();
        call(new PingMeRequest(), PingMeResponse.class);
        BigResponse big = call(new BigRequest(400_000), BigResponse.class);
        report("big", Integer.toString(big.text().length()));
        dropped();
        oversize();
        logins();
        call(new DoneRequest(), DoneResponse.class);
    }

    private void slow() throws InterruptedException {
        List<CompletableFuture<HemiTestApp.SlowResponse>> answers = new ArrayList<>();
        for (long ms : new long[] {300, 200, 100}) {
            answers.add(client.callAsync(new HemiTestApp.SlowRequest(ms), HemiTestApp.SlowResponse.class, TIMEOUT));
        }
        StringJoiner times = new StringJoiner(",");
        answers.forEach(answer -> times.add(Long.toString(answer.join().ms())));
        report("slow", times.toString());
    }

    private void errors() throws InterruptedException {
        ProtocolError fail = Objects.requireNonNull(
                call(new HemiTestApp.FailRequest("why"), HemiTestApp.FailResponse.class).error());
        ProtocolError internal = Objects.requireNonNull(
                call(new HemiTestApp.InternalRequest("d"), HemiTestApp.InternalResponse.class).error());
        report("fail", fail.message());
        report("fail-trace", fail.trace());
        report("internal", internal.message());
        report("internal-trace", internal.trace());
    }

    private void notifications() throws InterruptedException {
        call(new HemiTestApp.NotifyRequest(3, "n"), HemiTestApp.NotifyResponse.class);
        StringJoiner seqs = new StringJoiner(",");
        for (int i = 0; i < 3; i++) {
            seqs.add(String.valueOf(heard.poll(5, TimeUnit.SECONDS)));
        }
        report("notify", seqs.toString());
    }

    private void dropped() throws InterruptedException {
        CompletableFuture<HemiTestApp.SlowResponse> slow = client.callAsync(new HemiTestApp.SlowRequest(5000), HemiTestApp.SlowResponse.class, TIMEOUT);
        TimeUnit.MILLISECONDS.sleep(100); // the step says so
        CompletableFuture<HemiTestApp.SlowResponse> close =
                client.callAsync(new HemiTestApp.CloseRequest(1001, "bye"), HemiTestApp.SlowResponse.class, TIMEOUT);
        int failed = (slow.handle((r, e) -> e != null).join() ? 1 : 0)
                + (close.handle((r, e) -> e != null).join() ? 1 : 0);
        report("dropped", Integer.toString(failed));
    }

    private void oversize() throws InterruptedException {
        try {
            call(new BigRequest(600_000), BigResponse.class);
            throw new HemiException("a message over the read limit was taken");
        } catch (ConnectionException expected) {
            IO.println("over the limit: " + expected.text());
        }
    }

    private void logins() throws InterruptedException {
        try (HemiClient known = new HemiClient(loops, settings("/hemi-auth").withLogin(KEY_A), HemiListener.NONE)) {
            known.connect();
            HemiTestApp.WhoamiResponse who = known.call(new HemiTestApp.WhoamiRequest(), HemiTestApp.WhoamiResponse.class, TIMEOUT);
            report("whoami", who.publickey());
        }
        try (HemiClient refused = new HemiClient(loops, settings("/hemi-auth").withLogin(KEY_B), HemiListener.NONE)) {
            refused.connect();
            throw new HemiException("the refused key was let in");
        } catch (ConnectionException expected) {
            report("denied", expected.closeCode() + " " + expected.closeReason());
        }
    }

    @Override
    public void close() {
        client.close();
    }

    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2 || !args[0].equals("--url")) {
            System.err.println("usage: hemi-script --url http://HOST:PORT");
            System.exit(2);
        }
        try (Loops loops = Loops.open();
                HemiScript script = new HemiScript(loops, args[1])) {
            script.run();
            IO.println("done");
        }
    }

    record ReportRequest(String key, String value) {}
    record ReportResponse() {}
    record PingMeRequest() {}
    record PingMeResponse() {}
    record BigRequest(@Wire(unsigned = 32) long size) {}
    record BigResponse(String text) {}
    record DoneRequest() {}
    record DoneResponse() {}
}
