package io.polywire.hemi;

import io.polywire.hemi.TestCommands.EchoRequest;
import io.polywire.hemi.TestCommands.EchoResponse;
import io.polywire.hemi.client.HemiClient;
import io.polywire.hemi.client.HemiClientSettings;
import io.polywire.hemi.client.HemiListener;
import io.polywire.hemi.login.LoginClient;
import io.polywire.hemi.login.SecretKey;
import io.polywire.hemi.message.Envelopes;
import io.polywire.net.Client;
import io.polywire.net.Loops;
import io.polywire.net.MessageHandler;
import io.polywire.net.WebSocket;
import io.polywire.net.WebSocketSettings;
import io.polywire.net.WebSocketTarget;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Measures how long the calls of one client take while 200 others log in at once: their challenges are signed beforehand,
 * so that it is the server that has to work.
 */
public final class LoginCrowd {
    private static final int CROWD = 200;
    private static final int ROUNDS = 6;

    private LoginCrowd() {}

    /** Waits with its signature until it is told. */
    private static final class Applicant implements MessageHandler {
        private final LoginClient login = new LoginClient(SecretKey.generate());
        private final CountDownLatch signed;
        private final CountDownLatch welcomed;
        private byte[] answer = {};
        private boolean challenged;

        Applicant(CountDownLatch signed, CountDownLatch welcomed) {
            this.signed = signed;
            this.welcomed = welcomed;
        }

        @Override
        public void onOpen(WebSocket socket) {
            send(socket, login.hello());
        }

        @Override
        public void onMessage(WebSocket socket, byte[] octets, int offset, int length, boolean text) {
            if (challenged) {
                welcomed.countDown();
                return;
            }
            challenged = true;
            answer = login.answer(Envelopes.read(octets, offset, length));
            signed.countDown();
        }

        void go(WebSocket socket) {
            socket.execute(() -> send(socket, answer));
        }

        private static void send(WebSocket socket, byte[] message) {
            socket.send(message, 0, message.length, true);
        }

        @Override
        public void onClose(WebSocket socket, int code, String reason) {}
    }

    /**
     * Prints the longest call without and with the crowd, six times.
     *
     * @param args {@code --url http://HOST:PORT} of the test application
     */
    public static void main(String[] args) throws InterruptedException {
        try (Loops loops = Loops.open();
                HemiClient client = new HemiClient(
                        loops,
                        HemiClientSettings.of(URI.create(args[1] + "/hemi"), TestCommands.COMMANDS),
                        HemiListener.NONE)) {
            var _ = longest(client, 20_000); // until both sides are compiled
            for (int round = 0; round < ROUNDS; round++) {
                crowd(loops, client, args[1] + "/hemi-auth");
            }
        }
    }

    private static void crowd(Loops loops, HemiClient client, String url) throws InterruptedException {
        CountDownLatch signed = new CountDownLatch(CROWD);
        CountDownLatch welcomed = new CountDownLatch(CROWD);
        List<Applicant> crowd = new ArrayList<>();
        List<WebSocket> sockets = new ArrayList<>();
        WebSocketTarget target = WebSocketTarget.of(URI.create(url));
        for (int i = 0; i < CROWD; i++) {
            Applicant one = new Applicant(signed, welcomed);
            crowd.add(one);
            sockets.add(Client.webSocket(loops, target, WebSocketSettings.DEFAULT, one)
                    .join());
        }
        signed.await();
        double alone = longest(client, 2_000);
        long start = System.nanoTime();
        for (int i = 0; i < CROWD; i++) {
            crowd.get(i).go(sockets.get(i));
        }
        double longest = 0;
        while (welcomed.getCount() > 0) {
            longest = Math.max(longest, longest(client, 1));
        }
        System.out.printf(
                "%d logins in %.1f ms, longest call meanwhile %.1f ms, of 2000 calls before %.1f ms%n",
                CROWD, (System.nanoTime() - start) / 1e6, longest, alone);
        sockets.forEach(WebSocket::abort);
    }

    private static double longest(HemiClient client, int calls) throws InterruptedException {
        long longest = 0;
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            client.call(new EchoRequest("x"), EchoResponse.class, Duration.ofSeconds(30));
            longest = Math.max(longest, System.nanoTime() - start);
        }
        return longest / 1e6;
    }
}
