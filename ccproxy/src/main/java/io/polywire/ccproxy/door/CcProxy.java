package io.polywire.ccproxy.door;

import io.polywire.ccproxy.unix.ChunkPool;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.Errno;
import io.polywire.ccproxy.unix.EventLoop;
import io.polywire.ccproxy.unix.PeerCredentials;
import io.polywire.ccproxy.unix.Poller;
import io.polywire.ccproxy.unix.UnixException;
import io.polywire.ccproxy.unix.UnixSocket;
import io.polywire.ccproxy.unix.UnixStream;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A running cc-proxy: serves the API on a listening AF_UNIX socket, and connects to the serial sockets of the VMs that
 * clients tell it of.
 *
 * <p>One platform thread owns all connections, VMs and streams, and waits for their descriptors with epoll; nothing is
 * shared, nothing is locked. The methods of this class are safe from any thread: they hand over to that thread.
 */
public final class CcProxy implements AutoCloseable {
    private static final long CONNECTIONS_HOLD = 64 << 20;
    private static final int ACCEPTS_PER_TURN = 64;
    private static final long ACCEPT_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Context context;
    private EventLoop.@Nullable Registration listening;
    private long lastClient;
    private volatile boolean closed;

    private CcProxy(CcProxySettings settings, System.Logger log, VmListener listener) {
        this.context = new Context(
                new EventLoop("ccproxy", log),
                new ChunkPool(),
                settings,
                new Budget(Math.max(CONNECTIONS_HOLD, 4L * settings.maxRequest())),
                log,
                listener,
                new HashMap<>(),
                ConcurrentHashMap.newKeySet(),
                new LinkedHashSet<>());
    }

    /**
     * Starts a proxy.
     *
     * @param listening a listening socket, which the proxy closes in the end; null serves only {@link #connect}
     * @param log DEBUG tells of connections and payloads, TRACE dumps the I/O
     */
    public static CcProxy start(
            @Nullable Descriptor listening, CcProxySettings settings, System.Logger log, VmListener listener) {
        CcProxy proxy = new CcProxy(settings, log, listener);
        if (listening != null) {
            proxy.context.loop().execute(() -> proxy.listen(listening));
        }
        proxy.context.loop().start();
        return proxy;
    }

    /**
     * The far end of a new API connection of this process, to which the allow list does not apply.
     *
     * @throws UnixException if the proxy is closed, or there are no more descriptors
     */
    public UnixStream connect() {
        return connect(true);
    }

    /** As {@link #connect}, but not counted among the clients of the VMs that it attaches to. */
    public UnixStream connectAside() {
        return connect(false);
    }

    private UnixStream connect(boolean counted) {
        if (closed) {
            throw new UnixException("connect: the proxy is closed", Errno.ECONNREFUSED);
        }
        UnixSocket.Pair pair = UnixSocket.pair();
        context.loop().execute(() -> serve(pair.near(), "this process", counted));
        return new UnixStream(pair.far());
    }

    /** What is there now, for tests and for those who watch. */
    public Census census() {
        return ask(() -> new Census(
                context.vms().size(),
                context.clients().size(),
                context.vms().values().stream().mapToInt(Vm::streams).sum(),
                context.draining().size(),
                context.pool().taken()));
    }

    /**
     * Counts of what a proxy holds.
     *
     * @param streams open passed descriptors
     * @param draining those that still owe output though their VM is gone
     * @param chunks pieces of 64 KiB that keep octets until they can be sent
     */
    public record Census(int vms, int clients, int streams, int draining, int chunks) {}

    /** The VMs in the table, in the order of their names. */
    public List<VmView> vms() {
        return ask(() -> context.vms().values().stream()
                .map(vm -> new VmView(vm.containerId(), vm.state(), vm.clients(), vm.streams()))
                .sorted(Comparator.comparing(VmView::containerId))
                .toList());
    }

    /**
     * A VM as those see it who watch.
     *
     * @param state starting, running or gone, as in the answer to {@link io.polywire.ccproxy.message.ListVms}
     * @param clients connections that are attached
     * @param streams open passed descriptors
     */
    public record VmView(String containerId, String state, int clients, int streams) {}

    /** API connections at this moment, those of {@link #connect} among them. */
    public int connections() {
        return context.clients().size();
    }

    /** The container ids in the table. */
    public List<String> containerIds() {
        return ask(() -> List.copyOf(context.vms().keySet()));
    }

    /** Closes every connection and ends. VMs and clients see end of file. */
    @Override
    public void close() {
        context.loop().execute(this::closeAll);
        context.loop().close();
    }

    private <T> T ask(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        context.loop().execute(() -> answer.complete(question.get()));
        return answer.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private void listen(Descriptor socket) {
        listening = context.loop().register(socket, Poller.IN, new EventLoop.Handler() {
            @Override
            public void ready(int events) {
                accept(socket);
            }

            @Override
            public void failed(RuntimeException cause) {
                pauseAccepting();
            }
        });
    }

    private void accept(Descriptor socket) {
        for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
            try {
                Descriptor accepted = UnixSocket.accept(socket);
                if (accepted == null) {
                    return;
                }
                admit(accepted);
            } catch (UnixException e) {
                context.log().log(Level.ERROR, "cannot accept a connection: {0}", e.text());
                pauseAccepting();
                return;
            }
        }
    }

    /** Accepting failed, most likely for want of descriptors: a moment's rest instead of a busy loop. */
    private void pauseAccepting() {
        if (listening != null) {
            EventLoop.Registration socket = listening;
            socket.interest(0);
            context.loop().schedule(ACCEPT_PAUSE, () -> socket.interest(Poller.IN));
        }
    }

    private void admit(Descriptor accepted) {
        try {
            PeerCredentials peer = UnixSocket.peerCredentials(accepted);
            if (allowed(peer)) {
                serve(accepted, "process " + peer.pid() + " of user " + peer.uid(), true);
            } else {
                context.log().log(
                        Level.WARNING,
                        "refused a connection of process {0} of user {1}, group {2}: not on the allow list",
                        String.valueOf(peer.pid()),
                        String.valueOf(peer.uid()),
                        String.valueOf(peer.gid()));
                accepted.close();
            }
        } catch (RuntimeException e) {
            accepted.close();
            throw e;
        }
    }

    private boolean allowed(PeerCredentials peer) {
        CcProxySettings settings = context.settings();
        return settings.allowedUids().isEmpty() && settings.allowedGids().isEmpty()
                || settings.allowedUids().contains(peer.uid())
                || settings.allowedGids().contains(peer.gid());
    }

    private void serve(Descriptor socket, String peer, boolean counted) {
        if (closed) {
            socket.close();
            return;
        }
        ClientConnection client = new ClientConnection(context, ++lastClient, socket, counted);
        context.clients().add(client);
        context.log().log(Level.DEBUG, "client {0} connected: {1}", String.valueOf(client.id()), peer);
    }

    private void closeAll() {
        closed = true;
        if (listening != null) {
            listening.close();
        }
        List.copyOf(context.clients()).forEach(ClientConnection::close);
        List.copyOf(context.vms().values()).forEach(Vm::bye);
        context.vms().clear();
        List.copyOf(context.draining()).forEach(StreamSession::close);
        context.pool().clear();
    }

    static boolean temporary(int result) {
        return result == -Errno.EAGAIN || result == -Errno.EINTR;
    }
}
