package io.polywire.ccproxy.bridge;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.client.RefusedException;
import io.polywire.ccproxy.door.CcProxy;
import io.polywire.ccproxy.hyperstart.Command;
import io.polywire.codec.Payloads;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Message.ErrorMessage;
import io.polywire.model.Message.Interrupt;
import io.polywire.model.Message.Invocation;
import io.polywire.model.Message.Register;
import io.polywire.model.Message.Registered;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.router.HostedRealm;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One VM as a session of a realm.
 *
 * <p>As a link it is called on the realm's thread, to which its maps belong. Commands run on virtual threads; their
 * answers go back by {@link #answer}. The client of the proxy is made when it is first needed, under a lock.
 */
final class VmSession implements Link {
    static final String ERROR = "ccproxy.error.request";
    static final String EXEC = "exec";
    private static final int LONGEST_CALL = 64 * 1024;
    private static final long MOST_INPUT = 1 << 20;

    private final HostedRealm realm;
    private final CompletableFuture<CcProxy> proxy;
    private final String containerId;
    private final String prefix;
    private final System.Logger log;
    private final Map<Long, String> byRequest = new HashMap<>();
    private final Map<Long, String> byRegistration = new HashMap<>();
    private final Map<Long, Execution> executions = new HashMap<>();
    private final List<Runnable> whenDrained = new ArrayList<>();
    private final Gate gate = new Gate();
    private final ReentrantLock connecting = new ReentrantLock();
    private @Nullable CcProxyClient client;
    private @Nullable Session session;
    private long inputQueued;

    VmSession(
            HostedRealm realm, CompletableFuture<CcProxy> proxy, String containerId, String prefix, System.Logger log) {
        this.realm = realm;
        this.proxy = proxy;
        this.containerId = containerId;
        this.prefix = prefix;
        this.log = log;
    }

    /** Registers the procedures. */
    void joined(Session joined) {
        session = joined;
        List<String> names = new ArrayList<>(List.of(EXEC));
        for (Command command : Command.values()) {
            names.add(command.wireName());
        }
        long request = 0;
        for (String name : names) {
            byRequest.put(++request, name);
            receive(new Register(request, Dict.EMPTY, prefix + name));
        }
    }

    void leave() {
        if (session != null) {
            session.leave();
        }
        close();
    }

    String containerId() {
        return containerId;
    }

    Gate gate() {
        return gate;
    }

    /** A connection that is attached to the VM; waits, so not on the realm's thread. */
    CcProxyClient client() throws IOException {
        connecting.lock();
        try {
            if (client == null) {
                CcProxyClient fresh = new CcProxyClient(proxy.join().connectAside());
                try {
                    fresh.attach(containerId);
                } catch (IOException e) {
                    fresh.close();
                    throw e;
                }
                client = fresh;
            }
            return client;
        } finally {
            connecting.unlock();
        }
    }

    /** Hands an answer to the realm. From any thread. */
    void answer(Message message) {
        realm.run(() -> receive(message));
    }

    /** Hands an answer to the realm and waits until the realm has taken it; not on the realm's thread. */
    void answerAndWait(Message message) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        realm.run(() -> {
            receive(message);
            taken.complete(null);
        });
        taken.join();
    }

    void fail(long request, String uri, String text) {
        answer(new ErrorMessage(Invocation.CODE, request, Dict.EMPTY, uri, Payload.of(text)));
    }

    /** An execution is over; from any thread. */
    void ended(long request) {
        realm.run(() -> executions.remove(request));
    }

    /** Input was handed over to the VM, or is given up; from any thread. */
    void inputTaken(long octets) {
        realm.run(() -> {
            inputQueued -= octets;
            if (!congested() && !whenDrained.isEmpty()) {
                List<Runnable> tasks = List.copyOf(whenDrained);
                whenDrained.clear();
                tasks.forEach(Runnable::run);
            }
        });
    }

    @Override
    public Sent send(Message message) {
        switch (message) {
            case Registered m -> {
                String name = byRequest.remove(m.request());
                if (name != null) {
                    byRegistration.put(m.registration(), name);
                }
            }
            case ErrorMessage m
            when m.requestType() == Register.CODE ->
                log.log(
                        Level.WARNING,
                        "{0}{1} is not registered: {2}",
                        prefix,
                        String.valueOf(byRequest.remove(m.request())),
                        m.error());
            case Invocation m -> invocation(m);
            case Interrupt m -> {
                Execution execution = executions.get(m.request());
                if (execution != null) {
                    execution.cancel();
                }
            }
            default -> log.log(Level.DEBUG, "VM {0}: message of type {1}", containerId, message.code());
        }
        return Sent.OK;
    }

    @Override
    public void end(Message.Goodbye why) {
        log.log(Level.INFO, "the session of VM {0} was ended: {1}", containerId, why.reason());
        close();
    }

    @Override
    public void abort(String text) {
        log.log(Level.ERROR, "the session of VM {0} was aborted: {1}", containerId, text);
        close();
    }

    @Override
    public boolean congested() {
        return inputQueued >= MOST_INPUT;
    }

    @Override
    public void whenDrained(Runnable task) {
        whenDrained.add(task);
    }

    @Override
    public void pauseReading() {
        gate.shut();
    }

    @Override
    public void resumeReading() {
        gate.open();
    }

    private void invocation(Invocation m) {
        long request = m.request();
        boolean more = m.details().flag("progress");
        Execution running = executions.get(request);
        if (running != null) {
            inputQueued += running.input(Payloads.args(m.payload()), more);
            return;
        }
        String name = byRegistration.getOrDefault(m.registration(), "");
        if (m.payload().length() > LONGEST_CALL) {
            fail(request, ERROR, "message too long " + m.payload().length());
            return;
        }
        List<@Nullable Object> args = Payloads.args(m.payload());
        Map<String, @Nullable Object> kwargs = Payloads.kwargs(m.payload());
        if (name.equals(EXEC)) {
            Execution execution =
                    new Execution(this, request, args, kwargs, m.details().flag("receive_progress"), more);
            executions.put(request, execution);
            execution.start();
        } else {
            Object single = args.size() == 1 ? args.getFirst() : null;
            Thread.ofVirtual()
                    .name("ccproxy-command")
                    .start(() -> command(request, name, kwargs.isEmpty() ? single : kwargs));
        }
    }

    private void command(long request, String name, @Nullable Object data) {
        try {
            client().hyper(name, data);
            answer(new Yield(request, Dict.EMPTY, Payload.EMPTY));
        } catch (RefusedException e) {
            fail(request, ERROR, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            log.log(Level.DEBUG, "VM {0}: {1}", containerId, e);
            fail(request, ERROR, "VM " + containerId + " is gone");
        }
    }

    private void receive(Message message) {
        try {
            if (session != null) {
                session.receive(message);
            }
        } catch (ProtocolViolation e) {
            log.log(Level.WARNING, "VM {0}: {1}", containerId, e.text());
        }
    }

    private void close() {
        gate.open();
        List.copyOf(executions.values()).forEach(Execution::cancel);
        Thread.ofVirtual().start(() -> {
            connecting.lock();
            try {
                if (client != null) {
                    client.close();
                }
            } finally {
                connecting.unlock();
            }
        });
    }
}
