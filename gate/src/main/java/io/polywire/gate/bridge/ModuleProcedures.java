package io.polywire.gate.bridge;

import io.polywire.codec.Payloads;
import io.polywire.codec.Values;
import io.polywire.gate.program.Guest;
import io.polywire.gate.program.GuestListener;
import io.polywire.gate.program.Launch;
import io.polywire.gate.program.ProgramException;
import io.polywire.gate.program.Programs;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.TraceContext;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The callee of procedures that are functions of modules: one session of the realm for all of them. Owned by the realm's
 * thread; instances are made on virtual threads.
 */
public final class ModuleProcedures implements Link, AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.polywire.gate");
    private static final int INVOCATION = 68;
    private static final Dict ROLES = Dict.of(
            "roles",
            Map.of("callee", Map.of("features", Map.of("call_canceling", true, "progressive_call_results", true))));

    private final HostedRealm realm;
    private final Programs programs;
    private final Map<Long, ModuleProcedure> requested = new HashMap<>();
    private final Map<Long, ModuleProcedure> registered = new HashMap<>();
    private final Map<Long, ModuleCall> calls = new HashMap<>();
    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();
    private @Nullable Session session;
    private boolean closed;

    /** By the procedure's URI. */
    private final Map<String, Residents> residents;

    /** Joins the realm and registers the procedures. */
    public ModuleProcedures(HostedRealm realm, Programs programs, Identity identity, List<ModuleProcedure> procedures) {
        this.realm = realm;
        this.programs = programs;
        this.residents = procedures.stream()
                .filter(ModuleProcedure::resident)
                .collect(Collectors.toUnmodifiableMap(
                        ModuleProcedure::uri,
                        p -> new Residents(() -> programs.launch(p.program(), launch(p)), p.residents(), p.idle()),
                        (first, second) -> first));
        realm.thread().execute(() -> join(identity, procedures));
    }

    private void join(Identity identity, List<ModuleProcedure> procedures) {
        if (closed) {
            return;
        }
        try {
            Session s = realm.realm().join(this, identity, ROLES, Map.of("type", "gate"));
            session = s;
            long request = 0;
            for (ModuleProcedure p : procedures) {
                requested.put(++request, p);
            }
            requested.forEach((id, p) -> s.receive(new Message.Register(id, Dict.EMPTY, p.uri())));
            settle();
        } catch (JoinRefused | ProtocolViolation e) {
            ready.completeExceptionally(e);
        }
    }

    /** Completes when all procedures are registered; fails with the first that cannot be. */
    public CompletableFuture<@Nullable Void> ready() {
        return ready.copy();
    }

    private void settle() {
        if (registered.size() == requested.size()) {
            ready.complete(null);
        }
    }

    @Override
    public String door() {
        return "gate";
    }

    @Override
    public Sent send(Message message) {
        switch (message) {
            case Message.Registered m -> {
                ModuleProcedure p = requested.get(m.request());
                if (p != null) {
                    registered.put(m.registration(), p);
                }
                realm.thread().execute(this::settle);
            }
            case Message.ErrorMessage m ->
                ready.completeExceptionally(
                        new IllegalStateException("procedure " + uri(m.request()) + ": " + m.error()));
            case Message.Invocation m -> invoke(m);
            case Message.Interrupt m -> {
                ModuleCall call = calls.get(m.request());
                if (call != null) {
                    Thread.startVirtualThread(() -> call.stop(Reasons.CANCELED, "canceled"));
                }
            }
            default -> {}
        }
        return Sent.OK;
    }

    private String uri(long request) {
        ModuleProcedure p = requested.get(request);
        return p == null ? "" : p.uri();
    }

    private void invoke(Message.Invocation m) {
        ModuleProcedure p = registered.get(m.registration());
        if (p == null) {
            return;
        }
        byte[] document;
        try {
            document = Values.write(
                    p.encoding(),
                    List.of(
                            Payloads.args(m.payload()),
                            Payloads.kwargs(m.payload()),
                            m.details().asMap()));
        } catch (ProtocolViolation e) {
            answer(m.request(), true, error(m.request(), Reasons.INVALID_ARGUMENT, List.of("arguments")));
            return;
        }
        ModuleCall call = new ModuleCall(p, document, m.details().flag("receive_progress"), new Answer(m.request()));
        calls.put(m.request(), call);
        Thread.startVirtualThread(() -> run(p, call, TraceContext.of(m.details())));
    }

    private void run(ModuleProcedure p, ModuleCall call, @Nullable TraceContext trace) {
        if (!p.timeout().isZero()) {
            var _ = call.over()
                    .completeOnTimeout(false, p.timeout().toMillis(), TimeUnit.MILLISECONDS)
                    .thenAccept(inTime -> {
                        if (!inTime) {
                            call.stop(Reasons.TIMEOUT, "no answer in time");
                        }
                    });
        }
        connect(p, call, trace, true);
    }

    private void connect(ModuleProcedure p, ModuleCall call, @Nullable TraceContext trace, boolean first) {
        try {
            Residents those = residents.get(p.uri());
            if (those == null) {
                Guest guest = programs.create(p.program(), launch(p).asCall().within(trace));
                call.connect(guest, null);
                guest.start();
                var _ = guest.whenStopped().thenRun(guest::close);
            } else {
                Residents.Resident resident = those.take();
                var _ = call.over().thenRun(resident::release);
                // One that was stopped because of another call has not seen this one.
                call.connect(
                        resident.guest(),
                        first ? () -> Thread.startVirtualThread(() -> connect(p, call, trace, false)) : null);
            }
        } catch (ProgramException e) {
            call.error(e.code() == 403 ? ModuleCall.LIMIT : ModuleCall.FAILED, List.of(e.text()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "procedure " + p.uri() + " failed", e);
            call.error(ModuleCall.FAILED, List.of("internal error"));
        }
    }

    private static Launch launch(ModuleProcedure p) {
        return new Launch(p.function(), false, false, p.principal(), "", GuestListener.NONE);
    }

    private static Message error(long request, String uri, List<?> args) {
        return new Message.ErrorMessage(INVOCATION, request, Dict.EMPTY, uri, Payload.of(args, Map.of()));
    }

    private void answer(long request, boolean last, Message message) {
        realm.thread().execute(() -> {
            Session s = session;
            if (s != null && (calls.containsKey(request) || last)) {
                if (last) {
                    calls.remove(request);
                }
                s.receive(message);
            }
        });
    }

    /** Passes the outcome of a call to the realm. */
    private final class Answer implements ModuleCall.Callee {
        private final long request;

        Answer(long request) {
            this.request = request;
        }

        @Override
        public void progress(Payload payload) {
            answer(request, false, new Message.Yield(request, Dict.of("progress", true), payload));
        }

        @Override
        public void result(Payload payload) {
            answer(request, true, new Message.Yield(request, Dict.EMPTY, payload));
        }

        @Override
        public void error(String uri, List<?> args) {
            answer(request, true, ModuleProcedures.error(request, uri, args));
        }
    }

    @Override
    public void end(Message.Goodbye why) {
        session = null;
    }

    @Override
    public void abort(String text) {
        session = null;
        LOG.log(System.Logger.Level.ERROR, "module procedures: " + text);
    }

    /** Unregisters the procedures and ends the instances. */
    @Override
    public void close() {
        realm.thread().execute(() -> {
            closed = true;
            Session s = session;
            session = null;
            if (s != null) {
                s.leave();
            }
            calls.values().forEach(c -> Thread.startVirtualThread(() -> c.stop(Reasons.CANCELED, "closed")));
            calls.clear();
        });
        residents.values().forEach(Residents::close);
    }
}
