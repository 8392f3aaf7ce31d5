package io.polywire.ccproxy.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReadinessTest {
    @Test
    void aWatchThatIsClosedTwiceLeavesTheNextOwnerOfItsNumberAlone() throws Exception {
        UnixSocket.Pair first = UnixSocket.pair();
        Readiness.Watch old = Readiness.watch(first.near());
        assertTrue(!old.await(Poller.IN, 1_000_000));
        old.close();
        int number = first.near().fd();
        first.near().close();
        UnixSocket.Pair second = UnixSocket.pair(); // takes the lowest number that is free
        assertEquals(number, second.near().fd());
        Readiness.Watch current = Readiness.watch(second.near());
        assertTrue(!current.await(Poller.IN, 1_000_000));
        old.close(); // by a thread that did not see the first time
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (UnixStream far = new UnixStream(second.far())) {
                far.write(new byte[] {1});
                ready.complete(current.await(Poller.IN, TimeUnit.SECONDS.toNanos(5)));
            } catch (java.io.IOException | InterruptedException e) {
                ready.completeExceptionally(e);
            }
        });
        assertTrue(ready.get(10, TimeUnit.SECONDS), "its readiness was not told");
        current.close();
        second.near().close();
        first.far().close();
    }
}
