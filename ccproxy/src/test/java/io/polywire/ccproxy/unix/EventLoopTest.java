package io.polywire.ccproxy.unix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EventLoopTest {
    private static final int THREADS = 3;
    private static final int ROUNDS = 30_000;

    /** Each thread waits for its task before it gives the next one, so a wake-up that is lost stays lost. */
    @Test
    void everyTaskRunsHoweverTheThreadsThatGiveThemMeet() throws Exception {
        AtomicInteger lost = new AtomicInteger();
        EventLoop loop = new EventLoop("test", System.getLogger("test"));
        loop.start();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> give(loop, lost)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(lost.get() == 0, lost + " tasks did not run");
        loop.close(); // a loop that does not wake up would not end either
    }

    private static void give(EventLoop loop, AtomicInteger lost) {
        try {
            for (int i = 0; i < ROUNDS && lost.get() == 0; i++) {
                CountDownLatch ran = new CountDownLatch(1);
                loop.execute(ran::countDown);
                if (!ran.await(5, TimeUnit.SECONDS)) {
                    lost.incrementAndGet();
                }
            }
        } catch (InterruptedException e) {
            lost.incrementAndGet();
        }
    }
}
