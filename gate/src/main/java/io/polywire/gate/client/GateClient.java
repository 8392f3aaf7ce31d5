package io.polywire.gate.client;

import io.polywire.gate.message.Call;
import io.polywire.gate.message.Debug;
import io.polywire.gate.message.Instances;
import io.polywire.gate.message.Io;
import io.polywire.gate.message.MalformedJsonException;
import io.polywire.gate.message.ModuleRefs;
import io.polywire.gate.message.ModuleSources;
import io.polywire.gate.message.Status;
import io.polywire.gate.message.WebApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Modules, instances and streams of a server with the Gate web API. All methods wait for the answer and may be called by any
 * thread at any time.
 *
 * <p>A <em>module</em> is named by its key, the 64 characters that {@link ModuleContent#key} tells, or, where another source than
 * uploads has it, by source and name with a slash between them, such as {@code ipfs/NAME}. An <em>instance</em> is named by its
 * UUID.
 *
 * <p>What the server refuses is a {@link GateException}; what does not get through is an {@link UncheckedIOException}. The
 * first request asks with a HEAD of {@code /gate-0/} where the server wants to be asked, and follows redirects.
 */
public final class GateClient implements AutoCloseable {
    private static final int LONGEST_ANSWER = 64 << 20;
    private static final BodyPublisher EMPTY = BodyPublishers.noBody();

    private final Transport transport;

    GateClient(Transport transport) {
        this.transport = transport;
    }

    /** A client of somebody without key, who may ask for {@link #sources}, {@link #check} modules and call what is sent along. */
    public static GateClient anonymous(URI address) {
        return new GateClientBuilder(address).build();
    }

    /**
     * A client with a key.
     *
     * @param address scheme http or https, host, port and perhaps a path before {@code /gate-0/}
     */
    public static GateClient of(URI address, Identity identity) {
        return new GateClientBuilder(address).identity(identity).build();
    }

    /** For everything else that can be told. */
    public static GateClientBuilder builder(URI address) {
        return new GateClientBuilder(address);
    }

    // ---- Modules

    /** Names of the server's module sources, sorted. */
    public List<String> sources() {
        return ask("GET", WebApi.PATH_MODULES, "", EMPTY, ModuleSources::parse).names();
    }

    /** Keys of the own modules, sorted. */
    public List<String> modules() {
        return ask("GET", WebApi.PATH_MODULE_REFS, "", EMPTY, ModuleRefs::parse).ids();
    }

    /** Sends a module to be compiled and checked, but not kept. */
    public void check(ModuleContent module) {
        close(transport.put(Target.module(module.key()).toString(), module));
    }

    /** Sends a module to be kept, which it may be already. */
    public void upload(ModuleContent module) {
        close(transport.put(
                Target.module(module.key()).action(WebApi.ACTION_REF).toString(), module));
    }

    /**
     * Has a module of another source kept.
     *
     * @param module source and name
     * @return its key
     */
    public String ref(String module) {
        return key(post(Target.module(module).action(WebApi.ACTION_REF)));
    }

    /** Fetches one of the own modules. */
    public Download download(String key) {
        HttpResponse<InputStream> answer =
                transport.request("GET", Target.module(key).toString(), "", EMPTY);
        long length =
                answer.headers().firstValueAsLong(WebApi.HEADER_CONTENT_LENGTH).orElse(-1);
        return new Download(answer.body(), key, length);
    }

    /** Removes a module from the own ones; its instances go on. */
    public void unref(String key) {
        post(Target.module(key).action(WebApi.ACTION_UNREF));
    }

    // ---- Programs

    /** Starts a program of a module that the server has. Returns the instance. */
    public String launch(String module, LaunchOptions options) {
        return instance(post(Target.launch(module, options)));
    }

    /** Sends a module along and starts its program. Returns the instance. */
    public String launch(ModuleContent module, LaunchOptions options) {
        HttpResponse<InputStream> answer =
                transport.put(Target.launch(module.key(), options).toString(), module);
        close(answer);
        return instance(answer);
    }

    /** Runs a program of a module that the server has, over HTTP. Returns when it runs. */
    public GateStream call(String module, CallOptions options) {
        return transport.stream("POST", Target.call(module, options).toString(), null);
    }

    /** Sends a module along and runs its program, over HTTP. The program gets no input: the module is what is sent. */
    public GateStream call(ModuleContent module, CallOptions options) {
        return transport.stream("PUT", Target.call(module.key(), options).toString(), module);
    }

    /** Runs a program of a module that the server has, over a WebSocket: its input has no end. */
    public GateStream callOverWebSocket(String module, CallOptions options) {
        return callOverWebSocket(Target.call(module, options), "", null);
    }

    /** Sends a module along and runs its program, over a WebSocket: its input has no end. */
    public GateStream callOverWebSocket(ModuleContent module, CallOptions options) {
        return callOverWebSocket(Target.call(module.key(), options), WebApi.CONTENT_TYPE_WEBASSEMBLY, module);
    }

    private GateStream callOverWebSocket(Target target, String type, @Nullable ModuleContent module) {
        SocketStream stream = transport.webSocket(target.toString());
        Call first = new Call(transport.authorization(), type, module == null ? 0 : module.length());
        Call.Connection answer = start(stream, first.toJson(), module, Call.Connection::parse);
        String location = answer.location();
        stream.describe(answer.instance(), location.substring(location.lastIndexOf('/') + 1));
        return stream;
    }

    /** Connects to an instance over HTTP. Returns when the program accepts it, however long that takes. */
    public GateStream io(String instance) {
        return transport.stream(
                "POST", Target.instance(instance).action(WebApi.ACTION_IO).toString(), null);
    }

    /** Connects to an instance over a WebSocket: its input has no end. Returns when the program accepts it. */
    public GateStream ioOverWebSocket(String instance) {
        SocketStream stream = transport.webSocket(
                Target.instance(instance).action(WebApi.ACTION_IO).toString());
        Io.Connection answer = start(stream, new Io(transport.authorization()).toJson(), null, Io.Connection::parse);
        if (!answer.connected()) {
            stream.close();
            throw new GateException(409, "instance takes no connection");
        }
        return stream;
    }

    private static <T> T start(
            SocketStream stream, String first, @Nullable ModuleContent module, Function<String, T> parser) {
        try {
            return parser.apply(stream.start(first, module));
        } catch (IOException e) {
            stream.close();
            throw new UncheckedIOException(e);
        } catch (MalformedJsonException e) {
            stream.close();
            throw malformed(e);
        } catch (GateException e) {
            stream.close();
            throw e;
        }
    }

    // ---- Instances

    /** All own instances, sorted by id. */
    public List<Instances.Item> instances() {
        return ask("GET", WebApi.PATH_INSTANCES, "", EMPTY, Instances::parse).instances();
    }

    /** Status of now. */
    public Status status(String instance) {
        return status(post(Target.instance(instance).action(WebApi.ACTION_STATUS)));
    }

    /** Status as soon as the instance does not run. */
    public Status waitFor(String instance) {
        return status(post(Target.instance(instance).action(WebApi.ACTION_WAIT)));
    }

    /** Has an instance killed, soon; one that has stopped is left as it is. */
    public void kill(String instance) {
        post(Target.instance(instance).action(WebApi.ACTION_KILL));
    }

    /** Kills an instance and waits until it has stopped. */
    public Status killAndWait(String instance) {
        return status(post(Target.instance(instance).action(WebApi.ACTION_KILL).action(WebApi.ACTION_WAIT)));
    }

    /** Has an instance suspended, soon; one that has stopped is left as it is. */
    public void suspend(String instance) {
        post(Target.instance(instance).action(WebApi.ACTION_SUSPEND));
    }

    /** Suspends an instance and waits until it has stopped. */
    public Status suspendAndWait(String instance) {
        return status(
                post(Target.instance(instance).action(WebApi.ACTION_SUSPEND).action(WebApi.ACTION_WAIT)));
    }

    /**
     * Lets an instance go on.
     *
     * @param function entry function for one that has halted; empty for one that is suspended
     */
    public void resume(String instance, String function) {
        post(Target.instance(instance).action(WebApi.ACTION_RESUME).with(WebApi.PARAM_FUNCTION, function));
    }

    /** Makes an own module of an instance as it is now. Returns its key. */
    public String snapshot(String instance) {
        return key(post(Target.instance(instance).action(WebApi.ACTION_SNAPSHOT)));
    }

    /** Has an instance that does not run forgotten. */
    public void delete(String instance) {
        post(Target.instance(instance).action(WebApi.ACTION_DELETE));
    }

    /** Looks into an instance, or changes how it is watched. */
    public Debug.Response debug(String instance, Debug.Request request) {
        Target target = Target.instance(instance).action(WebApi.ACTION_DEBUG);
        BodyPublisher body = BodyPublishers.ofString(request.toJson(), StandardCharsets.UTF_8);
        return ask("POST", target.toString(), WebApi.CONTENT_TYPE_JSON, body, Debug.Response::parse);
    }

    // ---- Requests

    private <T> T ask(String method, String target, String type, BodyPublisher body, Function<byte[], T> parser) {
        try (InputStream in = transport.request(method, target, type, body).body()) {
            byte[] answer = in.readNBytes(LONGEST_ANSWER + 1);
            if (answer.length > LONGEST_ANSWER) {
                throw new IOException("the server's answer is too long");
            }
            return parser.apply(answer);
        } catch (MalformedJsonException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<InputStream> post(Target target) {
        HttpResponse<InputStream> answer = transport.request("POST", target.toString(), "", EMPTY);
        close(answer);
        return answer;
    }

    private static void close(HttpResponse<InputStream> answer) {
        try {
            answer.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Status status(HttpResponse<InputStream> answer) {
        try {
            return Status.parse(field(answer, WebApi.HEADER_STATUS));
        } catch (MalformedJsonException e) {
            throw malformed(e);
        }
    }

    private static String key(HttpResponse<InputStream> answer) {
        String location = field(answer, WebApi.HEADER_LOCATION);
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static String instance(HttpResponse<InputStream> answer) {
        return field(answer, WebApi.HEADER_INSTANCE);
    }

    private static String field(HttpResponse<InputStream> answer, String name) {
        return answer.headers()
                .firstValue(name)
                .orElseThrow(() -> new UncheckedIOException(new IOException("the server's answer lacks " + name)));
    }

    private static UncheckedIOException malformed(MalformedJsonException e) {
        return new UncheckedIOException(new IOException("the server's answer is malformed: " + e.getMessage(), e));
    }

    /** Ends what is under way, but for streams over HTTP, which are closed one by one. */
    @Override
    public void close() {
        transport.close();
    }
}
