package io.polywire.gate.bridge;

import io.polywire.gate.host.GateHost;
import io.polywire.gate.host.GateInstance;
import io.polywire.gate.host.LaunchRequest;
import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Instances;
import io.polywire.gate.message.Status;
import io.polywire.gate.program.Guest;
import io.polywire.gate.program.Program;
import io.polywire.gate.program.ProgramException;
import io.polywire.model.Dict;
import io.polywire.model.InvalidArgument;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.router.JoinRefused;
import io.polywire.router.Link;
import io.polywire.router.RealmProcedure;
import io.polywire.router.Sent;
import io.polywire.router.Session;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The procedures {@code polywire.gate.module.*} and {@code polywire.gate.instance.*}, which do what the web API does for
 * the principal that a caller stands for, and the events {@code polywire.gate.instance.on_status}. Arguments are
 * positional: module or instance first, then the function; {@code launch} takes {@code function} and {@code suspend} as
 * keywords too. Results are one object with the members of the web API.
 *
 * <p>Owned by the realm's thread; the work is done on virtual threads.
 */
public final class GateProcedures implements Link {
    private static final System.Logger LOG = System.getLogger("io.polywire.gate");
    private static final String PREFIX = "polywire.gate.";
    private static final String ON_STATUS = PREFIX + "instance.on_status";
    private static final String ERROR = PREFIX + "error.";
    private static final Dict ROLES = Dict.of("roles", Map.of("publisher", Map.of()));

    /**
     * For whom a caller acts.
     *
     * @param principal whose modules and instances are the caller's own
     * @param administers whether the caller sees and stops the instances of everybody
     */
    public record Caller(String principal, boolean administers) {}

    private interface Work {
        Map<String, @Nullable Object> of(Caller caller, RealmProcedure.Request request);
    }

    private final HostedRealm realm;
    private final GateHost host;
    private final Function<Identity, Caller> callers;
    private @Nullable Session session;
    private long published;

    /**
     * Adds the procedures to the realm.
     *
     * @param callers for whom an identity acts
     * @param identity under which events are published
     */
    public GateProcedures(HostedRealm realm, GateHost host, Function<Identity, Caller> callers, Identity identity) {
        this.realm = realm;
        this.host = host;
        this.callers = callers;
        realm.thread().execute(() -> begin(identity));
        host.listen((instance, status) -> realm.thread().execute(() -> publish(instance.id(), status)));
    }

    private static Map<String, @Nullable Object> one(String name, Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put(name, value);
        return map;
    }

    private void begin(Identity identity) {
        add("module.list", (p, r) -> one("modules", modules(p.principal())));
        add("module.upload", (p, r) -> upload(p.principal(), r));
        add("module.unref", (p, r) -> done(() -> host.unref(p.principal(), text(r, "module"))));
        add("instance.list", (p, r) -> one("instances", instances(p)));
        add("instance.launch", (p, r) -> launch(p.principal(), r));
        add("instance.status", (p, r) -> status(instance(p, r).status()));
        add("instance.backtrace", (p, r) -> backtrace(instance(p, r)));
        add("instance.wait", (p, r) -> status(instance(p, r).whenStopped().join()));
        add("instance.kill", (p, r) -> done(() -> instance(p, r).kill()));
        add("instance.suspend", (p, r) -> done(() -> instance(p, r).suspend()));
        add("instance.resume", (p, r) -> done(() -> instance(p, r).resume(function(r))));
        add("instance.snapshot", (p, r) -> one("module", host.snapshot(instance(p, r))));
        add("instance.delete", (p, r) -> done(() -> instance(p, r).delete()));
        try {
            session = realm.realm().join(this, identity, ROLES, Map.of("type", "gate"));
        } catch (JoinRefused e) {
            LOG.log(System.Logger.Level.WARNING, "no events of instances: " + e.text());
        }
    }

    private void add(String name, Work work) {
        realm.realm().procedure(PREFIX + name, (RealmProcedure.Deferred) (request, answer) -> {
            Caller caller = callers.apply(request.caller().identity());
            host.execute(() -> {
                Payload result = Payload.EMPTY;
                RealmProcedure.Failure failure = null;
                try {
                    result = Payload.of(work.of(caller, request));
                } catch (ApiException e) {
                    failure = new RealmProcedure.Failure(ERROR + uri(e.code()), e.text());
                } catch (ProgramException e) {
                    failure = new RealmProcedure.Failure(ERROR + uri(e.code()), e.text());
                } catch (InvalidArgument e) {
                    failure = new RealmProcedure.Failure(Reasons.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, PREFIX + name + " failed", e);
                    failure = new RealmProcedure.Failure(ERROR + "internal", "internal server error");
                }
                Payload given = result;
                RealmProcedure.Failure failed = failure;
                realm.thread().execute(() -> answer.give(given, failed));
            });
        });
    }

    private static String uri(int code) {
        return switch (code) {
            case 403 -> "limit";
            case 404 -> "not_found";
            case 429 -> "rate";
            default -> code >= 500 ? "internal" : "invalid";
        };
    }

    private static Map<String, @Nullable Object> done(Runnable action) {
        action.run();
        return Map.of();
    }

    /** The first argument, or the keyword argument of that name. */
    private static String text(RealmProcedure.Request r, String name) {
        return r.arg(0) == null && r.kwargs().get(name) instanceof String s ? s : r.string(0, name);
    }

    private static String function(RealmProcedure.Request r) {
        Object f = r.arg(1) != null ? r.arg(1) : r.kwargs().get("function");
        return f == null ? "" : String.valueOf(f);
    }

    private GateInstance instance(Caller caller, RealmProcedure.Request r) {
        String id = text(r, "instance");
        if (!caller.administers()) {
            return host.instance(caller.principal(), id);
        }
        return host.everyInstance().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ApiException(404, "instance not found"));
    }

    private static Map<String, @Nullable Object> backtrace(GateInstance instance) {
        List<Map<String, @Nullable Object>> frames = new ArrayList<>();
        for (Guest.StackFrame frame : instance.stack()) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("function", (long) frame.function());
            if (frame.name() != null) {
                one.put("name", frame.name());
            }
            one.put("offset", (long) frame.offset());
            frames.add(one);
        }
        return one("frames", frames);
    }

    private List<Map<String, @Nullable Object>> modules(String principal) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        host.modules(principal).ids().forEach(id -> all.add(Map.of("id", id)));
        return all;
    }

    private Map<String, @Nullable Object> upload(String principal, RealmProcedure.Request r) {
        if (!(r.arg(0) instanceof byte[] octets)) {
            throw new InvalidArgument("module must be binary");
        }
        Program program = host.program(Program.id(octets), octets);
        host.ref(principal, program);
        return Map.of("module", program.id());
    }

    private Map<String, @Nullable Object> launch(String principal, RealmProcedure.Request r) {
        Program program = host.program(principal, text(r, "module"));
        LaunchRequest request = LaunchRequest.launch(principal, program, function(r), false)
                .suspended(Boolean.TRUE.equals(r.kwargs().get("suspend")));
        return Map.of("instance", host.launch(request).id());
    }

    private List<Map<String, @Nullable Object>> instances(Caller caller) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (GateInstance instance : host.everyInstance()) {
            if (!caller.administers() && !instance.owner().equals(caller.principal())) {
                continue;
            }
            Instances.Item item = instance.item();
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("instance", item.instance());
            one.put("status", status(item.status()));
            if (item.isTransient()) {
                one.put("transient", true);
            }
            if (item.debugging()) {
                one.put("debugging", true);
            }
            if (caller.administers()) {
                one.put("owner", instance.owner());
                one.put("module", instance.module());
                one.put("memory_bytes", instance.memoryBytes());
                one.put("cpu_seconds", instance.cpuNanos() / 1e9);
            }
            all.add(one);
        }
        all.sort(Comparator.comparing(one -> String.valueOf(one.get("instance"))));
        return all;
    }

    /** Members with empty or zero values are left out. */
    private static Map<String, @Nullable Object> status(Status s) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("state", s.state().name());
        if (s.cause() != null) {
            map.put("cause", s.cause().name());
        }
        if (s.result() != 0) {
            map.put("result", (long) s.result());
        }
        if (!s.error().isEmpty()) {
            map.put("error", s.error());
        }
        return map;
    }

    private void publish(String instance, Status status) {
        Session s = session;
        if (s != null) {
            s.receive(new Message.Publish(++published, Dict.EMPTY, ON_STATUS, Payload.of(instance, status(status))));
        }
    }

    @Override
    public String door() {
        return "gate";
    }

    @Override
    public Sent send(Message message) {
        return Sent.OK;
    }

    @Override
    public void end(Message.Goodbye why) {
        session = null;
    }

    @Override
    public void abort(String text) {
        session = null;
        LOG.log(System.Logger.Level.WARNING, "events of instances: " + text);
    }
}
