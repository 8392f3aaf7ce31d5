package io.polywire.ccproxy.door;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.client.IoChannel;
import io.polywire.testkit.hyperstart.MockHyperstart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Rounds of hello, allocateIO and bye, each with a VM of its own. */
final class MockRounds {
    private MockRounds() {}

    static void run(CcProxy proxy, Path directory, int rounds) throws IOException {
        try (CcProxyClient client = new CcProxyClient(Peers.connect(proxy))) {
            for (int i = 0; i < rounds; i++) {
                Path own = Files.createTempDirectory(directory, "vm");
                try (MockHyperstart mock = MockHyperstart.started(own)) {
                    client.hello("c" + i, mock.controlPath(), mock.ioPath());
                    try (IoChannel two = client.allocateIo(2);
                            IoChannel one = client.allocateIo(1)) {
                        mock.output(two.ioBase(), new byte[] {1});
                        two.read();
                        one.write(new byte[] {2});
                        client.bye("c" + i);
                        while (one.read() != null) {}
                    }
                    mock.awaitEnded();
                }
                Files.delete(own);
            }
        }
        long end = System.nanoTime() + 5_000_000_000L;
        while (proxy.census().clients() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
