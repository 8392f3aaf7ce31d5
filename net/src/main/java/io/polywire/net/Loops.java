package io.polywire.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loops of a process; listeners, connections and clients share them. Thread-safe.
 *
 * <p>Epoll where the system has it, Java's selector otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
public final class Loops implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final List<Loop> loops;
    private final boolean epoll;
    private final AtomicInteger next = new AtomicInteger();

    private Loops(int count, boolean epoll) {
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.epoll = epoll;
        this.group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("polywire-loop", true), factory);
        List<Loop> list = new ArrayList<>();
        for (EventExecutor executor : group) {
            list.add(new Loop((EventLoop) executor));
        }
        this.loops = List.copyOf(list);
    }

    /** One loop for up to four processors, a quarter of the processors beyond. */
    public static Loops open() {
        return open(Math.max(1, Runtime.getRuntime().availableProcessors() / 4));
    }

    /**
     * That many loops.
     *
     * @throws IllegalArgumentException if the count is not in 1..1024
     */
    public static Loops open(int count) {
        return open(count, Epoll.isAvailable());
    }

    static Loops open(int count, boolean epoll) {
        if (count < 1 || count > 1024) {
            throw new IllegalArgumentException("number of loops " + count + " is not in 1..1024");
        }
        return new Loops(count, epoll);
    }

    /** All loops, at least one. */
    public List<Loop> all() {
        return loops;
    }

    /** One loop after the other. */
    public Loop next() {
        return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    }

    /** The transport in use: {@code epoll} or {@code nio}. */
    public String transport() {
        return epoll ? "epoll" : "nio";
    }

    boolean epoll() {
        return epoll;
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    Loop of(Channel channel) {
        for (Loop loop : loops) {
            if (loop.owns(channel)) {
                return loop;
            }
        }
        throw new IllegalStateException("channel of a foreign event loop");
    }

    /**
     * Closes every connection with {@link CloseCode#GOING_AWAY}, waits at most 3 seconds for the peers' answers, and stops
     * the threads. Must not be called on a loop. Without effect after the first time.
     */
    @Override
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        CompletableFuture<?>[] empty = loops.stream().map(Loop::shutDown).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(empty).get(3, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            Connection.LOG.log(System.Logger.Level.DEBUG, "some peers did not answer the close frame in time");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        group.shutdownGracefully(0, 1000, TimeUnit.MILLISECONDS);
        group.terminationFuture().awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
