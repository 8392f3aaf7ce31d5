package io.polywire.gate.door;

import io.polywire.gate.host.GateInstance;
import io.polywire.gate.host.ModuleSource;
import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Program;
import io.polywire.net.Headers;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpExchange;
import io.polywire.net.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Actions on modules: sections A6 and A7 of the protocol reference. Methods check what can be told from the head alone, on
 * the loop; the rest is done on virtual threads.
 */
final class ModuleActions {
    private final GateDoor door;

    ModuleActions(GateDoor door) {
        this.door = door;
    }

    HttpAnswer list(Asked asked) {
        asked.mustNotHaveQuery();
        asked.mustAccept(WebApi.CONTENT_TYPE_JSON);
        return simple(
                asked,
                waiter -> asked.json(door.host().modules(door.principal(asked)).toJson()));
    }

    private HttpAnswer simple(Asked asked, Function<Waiter, @Nullable HttpResponse> work) {
        return new HttpAnswer.Exchange(new Requests.Simple(door, asked, work));
    }

    // ---- modules by their hash

    HttpAnswer answer(Asked asked, String key) {
        return switch (asked.request().method()) {
            case "PUT" -> put(asked, key);
            case "POST" -> post(asked, key);
            default -> get(asked, key);
        };
    }

    private HttpAnswer get(Asked asked, String key) {
        Query query = Query.parse(asked.request().query());
        boolean head = asked.request().method().equals("HEAD");
        boolean ref = query.takeAction(WebApi.ACTION_REF);
        String action = query.takeOptionalAction();
        if (action != null || ref) {
            if (!WebApi.ACTION_CALL.equals(action) || head) {
                throw Asked.unsupportedAction();
            }
            return SocketSession.upgrade(asked, new CallSocket(door, asked, null, key, Wanted.call(query, ref)));
        }
        asked.mustAccept(WebApi.CONTENT_TYPE_WEBASSEMBLY);
        query.end();
        return new HttpAnswer.Exchange(new Download(door, asked, () -> {
            String principal = door.principal(asked);
            if (head) {
                return new Download.Content(door.host().moduleSize(principal, key), null);
            }
            byte[] octets = door.host().module(principal, key);
            return new Download.Content(octets.length, octets);
        }));
    }

    private HttpAnswer put(Asked asked, String key) {
        asked.mustHaveContentType(WebApi.CONTENT_TYPE_WEBASSEMBLY);
        asked.mustHaveContentLength();
        Query query = Query.parse(asked.request().query());
        boolean ref = query.takeAction(WebApi.ACTION_REF);
        boolean suspended = query.takeAction(WebApi.ACTION_SUSPEND);
        String action = query.takeOptionalAction();
        if (action == null && !suspended) {
            query.end();
            return upload(asked, key, ref, (request, exchange, caller, program) -> {
                if (ref) {
                    door.host().ref(caller.owner(), program);
                }
                return asked.answer(ref ? 201 : 204);
            });
        }
        Wanted wanted = Wanted.of(action, query, ref, suspended);
        return upload(asked, key, ref || !wanted.call(), (request, exchange, caller, program) -> {
            GateInstance instance = door.host().launch(wanted.request(caller, program));
            if (!wanted.call()) {
                return launched(asked, instance, ref ? key : null);
            }
            exchange.execute(() -> {
                HttpStream stream = new HttpStream(exchange, asked, true);
                request.stream(stream);
                stream.begin(instance, ref ? 201 : 200, callHead(asked, caller, instance, ref ? key : null));
            });
            return null;
        });
    }

    /** What is done with an uploaded module. */
    private interface UploadWork {
        @Nullable
        HttpResponse apply(Requests.WithBody request, HttpExchange exchange, Caller caller, Program program);
    }

    private HttpAnswer upload(Asked asked, String key, boolean needsToken, UploadWork work) {
        boolean gzipped = asked.gzipped();
        long announced = gzipped ? -1 : asked.contentLength();
        int limit = door.moduleLimit();
        return new HttpAnswer.Exchange(new Requests.WithBody(
                door,
                asked,
                limit,
                exchange -> {
                    Caller caller = door.caller(asked, needsToken);
                    if (asked.contentLength() > limit) {
                        throw new ApiException(403, "module size limit exceeded");
                    }
                    door.host().checkLength(key, announced);
                    return caller;
                },
                (request, exchange, caller, body) -> {
                    byte[] module = gzipped ? Upload.gunzip(body, limit) : body;
                    return work.apply(request, exchange, caller, door.host().program(key, module));
                }));
    }

    private HttpAnswer post(Asked asked, String key) {
        Query query = Query.parse(asked.request().query());
        boolean suspended = query.takeAction(WebApi.ACTION_SUSPEND);
        String action = suspended ? query.takeOptionalAction() : query.takeLastAction();
        if (WebApi.ACTION_UNREF.equals(action) && !suspended) {
            query.end();
            asked.mustNotHaveContentType();
            asked.mustNotHaveContent();
            return simple(asked, waiter -> {
                door.host().unref(door.principal(asked), key);
                return asked.answer(204);
            });
        }
        Wanted wanted = Wanted.of(action, query, false, suspended);
        return run(asked, wanted, true, caller -> door.host().program(caller.owner(), key));
    }

    // ---- other sources

    HttpAnswer answer(Asked asked, Route.Sourced route) {
        ModuleSource source = route.source();
        Query query = Query.parse(asked.request().query());
        boolean ref = query.takeAction(WebApi.ACTION_REF);
        String path = Query.decode(route.path(), false);
        if (asked.request().method().equals("GET")) {
            if (!query.takeLastAction().equals(WebApi.ACTION_CALL)) {
                throw Asked.unsupportedAction();
            }
            return SocketSession.upgrade(asked, new CallSocket(door, asked, source, path, Wanted.call(query, ref)));
        }
        boolean suspended = query.takeAction(WebApi.ACTION_SUSPEND);
        String action = query.takeOptionalAction();
        if (action == null && !suspended) {
            query.end();
            asked.mustNotHaveContentType();
            asked.mustNotHaveContent();
            return simple(asked, waiter -> {
                Caller caller = door.caller(asked, ref);
                Program program = door.host().program(source, path);
                if (!ref) {
                    return asked.answer(204);
                }
                door.host().ref(caller.owner(), program);
                return asked.answer(201, WebApi.HEADER_LOCATION, door.location(program.id()));
            });
        }
        Wanted wanted = Wanted.of(action, query, ref, suspended);
        if (!wanted.call()) {
            asked.mustNotHaveContentType();
        }
        return run(asked, wanted, ref || !wanted.call(), caller -> door.host().program(source, path));
    }

    // ---- instances of modules that are there

    private HttpAnswer run(Asked asked, Wanted wanted, boolean needsToken, Function<Caller, Program> program) {
        if (!wanted.call()) {
            asked.mustNotHaveContent();
            return simple(asked, waiter -> {
                Caller caller = door.caller(asked, needsToken);
                Program found = program.apply(caller);
                GateInstance instance = door.host().launch(wanted.request(caller, found));
                return launched(asked, instance, wanted.ref() ? found.id() : null);
            });
        }
        return new HttpAnswer.Exchange(new Requests.Streaming(door, asked, true, (exchange, stream) -> {
            Caller caller = door.caller(asked, needsToken);
            Program found = program.apply(caller);
            GateInstance instance = door.host().launch(wanted.request(caller, found));
            Headers head = callHead(asked, caller, instance, wanted.ref() ? found.id() : null);
            exchange.execute(() -> stream.begin(instance, wanted.ref() ? 201 : 200, head));
            return null;
        }));
    }

    private HttpResponse launched(Asked asked, GateInstance instance, @Nullable String ref) {
        return ref == null
                ? asked.answer(204, WebApi.HEADER_INSTANCE, instance.id())
                : asked.answer(201, WebApi.HEADER_LOCATION, door.location(ref), WebApi.HEADER_INSTANCE, instance.id());
    }

    private Headers callHead(Asked asked, Caller caller, GateInstance instance, @Nullable String ref) {
        List<String> headers = new ArrayList<>();
        if (ref != null) {
            headers.add(WebApi.HEADER_LOCATION);
            headers.add(door.location(ref));
        }
        if (!caller.anonymous()) {
            headers.add(WebApi.HEADER_INSTANCE);
            headers.add(instance.id());
        }
        return asked.head(headers.toArray(String[]::new));
    }
}
