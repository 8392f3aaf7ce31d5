package io.polywire.gate.door;

import io.polywire.gate.host.GateHost;
import io.polywire.gate.host.ModuleSource;
import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Programs;
import io.polywire.gate.service.GuestService;
import io.polywire.gate.storage.DiskStorage;
import io.polywire.gate.storage.MemoryStorage;
import io.polywire.gate.storage.Storage;
import io.polywire.model.AccessEvent;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets Gate clients in: the web API below {@code /gate-0/}.
 *
 * <p>Thread-safe. Requests are routed and their parameters checked on the event loop; who asks, and everything that may
 * block, is looked at on virtual threads.
 */
public final class GateDoor implements HttpDoor, AutoCloseable {
    private final GateSettings settings;
    private final Programs programs;
    private final Storage storage;
    private final GateHost host;
    private final Authorizer authorizer;
    private final String root;
    private final String sources;
    private final AtomicLong uploads;
    private final AtomicInteger streams = new AtomicInteger();
    private final ModuleActions moduleActions;
    private final InstanceActions instanceActions;
    private final Logins logins = new Logins();

    private GateDoor(GateSettings settings, Programs programs, Storage storage, GateHost host) {
        this.settings = settings;
        this.programs = programs;
        this.storage = storage;
        this.host = host;
        this.authorizer = new Authorizer(
                settings.audience(), settings.policy(), storage::useNonce, () -> System.currentTimeMillis() / 1000);
        this.root = settings.prefix() + WebApi.PATH;
        this.sources = Stream.concat(
                        settings.sources().stream().map(ModuleSource::name), Stream.of(WebApi.MODULE_REF_SOURCE))
                .sorted()
                .map(name -> "\"" + name + "\"")
                .toList()
                .toString()
                .replace(", ", ",");
        this.uploads = new AtomicLong(settings.uploads());
        this.moduleActions = new ModuleActions(this);
        this.instanceActions = new InstanceActions(this);
    }

    /**
     * Opens what the settings name, and lets interrupted instances go on. Blocks.
     *
     * @param services that programs find, besides origin and catalog
     * @throws io.polywire.gate.storage.StorageException if the data folder cannot be used
     */
    public static GateDoor open(GateSettings settings, List<GuestService> services) {
        Storage storage = settings.data() == null ? new MemoryStorage() : new DiskStorage(settings.data());
        Programs programs = new Programs(settings.host().programs(), services, settings.threads());
        try {
            GateHost host = new GateHost(programs, storage, settings.host());
            return new GateDoor(settings, programs, storage, host);
        } catch (RuntimeException e) {
            programs.close();
            storage.close();
            throw e;
        }
    }

    /** Its settings. */
    public GateSettings settings() {
        return settings;
    }

    /** Modules and instances, for whoever reaches them another way than over the web. */
    public GateHost host() {
        return host;
    }

    /** From now on the listener hears of keys and of what is refused, on virtual threads. */
    public void onAccess(Consumer<AccessEvent> listener) {
        logins.listener(listener);
    }

    /** Clients connected to programs at this moment. */
    public int connections() {
        return streams.get();
    }

    AtomicLong uploads() {
        return uploads;
    }

    AtomicInteger streams() {
        return streams;
    }

    /** Absolute path of a module. */
    String location(String key) {
        return settings.prefix() + WebApi.PATH_MODULE_REFS + key;
    }

    /** Most octets of a module. */
    int moduleLimit() {
        return settings.host().programs().module();
    }

    @Override
    public @Nullable HttpAnswer answer(HttpRequest request) {
        if (!request.path().startsWith(root)) {
            return null;
        }
        Asked asked = new Asked(request, Route.of(request.path().substring(root.length()), settings.sources()));
        try {
            return answer(asked);
        } catch (ApiException refused) {
            return asked.refusal(refused);
        }
    }

    private HttpAnswer answer(Asked asked) {
        Route route = asked.route();
        String method = asked.request().method();
        if (route instanceof Route.Nowhere) {
            throw new ApiException(404, "not found");
        }
        if (!route.has(method)) {
            throw new ApiException(405, "method not allowed")
                    .with("Allow", route.methods())
                    .with("Cache-Control", Asked.CACHE_CONTROL);
        }
        if (method.equals("OPTIONS")) {
            return asked.answer(200, "Allow", route.methods());
        }
        return switch (route) {
            case Route.Sources s -> sources(asked);
            case Route.Refs r -> moduleActions.list(asked);
            case Route.Ref ref -> moduleActions.answer(asked, ref.key());
            case Route.Sourced sourced -> moduleActions.answer(asked, sourced);
            case Route.Instances i -> instanceActions.list(asked);
            case Route.OneInstance one -> instanceActions.answer(asked, one.id());
            case Route.Opaque o -> throw new IllegalStateException("has no methods");
            case Route.Nowhere n -> throw new IllegalStateException("has no methods");
        };
    }

    private HttpAnswer sources(Asked asked) {
        asked.mustNotHaveQuery();
        asked.mustAccept(WebApi.CONTENT_TYPE_JSON);
        return asked.json(sources, "Cache-Control", Asked.CACHE_CONTROL);
    }

    // ---- who asks

    /** The owner of the token; there has to be one. Blocks. */
    String principal(Asked asked) {
        return caller(asked, true).owner();
    }

    /** Who asks. Blocks. */
    Caller caller(Asked asked, boolean needed) {
        return caller(asked.request(), asked.request().headers().all(WebApi.HEADER_AUTHORIZATION), needed);
    }

    /** Who asks, where the token comes another way. Blocks. */
    Caller caller(HttpRequest request, List<String> authorizations, boolean needed) {
        Principal principal = principal(request, authorizations, needed);
        String address = request.peer().address();
        int port = address.lastIndexOf(':');
        String owner =
                principal != null ? principal.id() : "anonymous:" + (port < 0 ? address : address.substring(0, port));
        host.request(owner);
        return new Caller(owner, principal == null);
    }

    private @Nullable Principal principal(HttpRequest request, List<String> authorizations, boolean needed) {
        try {
            Principal principal = authorizer.authorize(authorizations, needed);
            if (principal != null) {
                logins.login(request.peer(), principal.id());
            }
            return principal;
        } catch (ApiException refused) {
            logins.refused(request.peer(), refused.text());
            throw refused;
        }
    }

    /** Saves what runs, kills it, and closes what was opened. Blocks. */
    @Override
    public void close() {
        host.close();
        programs.close();
        storage.close();
    }
}
