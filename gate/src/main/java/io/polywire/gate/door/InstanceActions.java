package io.polywire.gate.door;

import io.polywire.gate.host.GateInstance;
import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.Debug;
import io.polywire.gate.message.MalformedJsonException;
import io.polywire.gate.message.Status;
import io.polywire.gate.message.WebApi;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpResponse;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Actions on instances: sections A5, A10 and A11 of the protocol reference. */
final class InstanceActions {
    private static final int DEBUG_REQUEST_LIMIT = 64 * 1024;

    private final GateDoor door;

    InstanceActions(GateDoor door) {
        this.door = door;
    }

    HttpAnswer list(Asked asked) {
        asked.mustNotHaveQuery();
        asked.mustAccept(WebApi.CONTENT_TYPE_JSON);
        return new HttpAnswer.Exchange(new Requests.Simple(
                door,
                asked,
                waiter ->
                        asked.json(door.host().instances(door.principal(asked)).toJson())));
    }

    HttpAnswer answer(Asked asked, String id) {
        Query query = Query.parse(asked.request().query());
        if (asked.request().method().equals("GET")) {
            if (!query.takeLastAction().equals(WebApi.ACTION_IO)) {
                throw Asked.unsupportedAction();
            }
            query.end();
            return SocketSession.upgrade(asked, new IoSocket(door, asked, id));
        }
        boolean wait = query.takeAction(WebApi.ACTION_WAIT);
        String action = wait ? query.takeOptionalAction() : query.takeLastAction();
        if (action == null) {
            query.end();
            return work(asked, id, this::wait);
        }
        if (wait && !action.equals(WebApi.ACTION_KILL) && !action.equals(WebApi.ACTION_SUSPEND)) {
            throw new ApiException(400, "duplicate query parameter");
        }
        return answer(asked, id, action, query, wait);
    }

    private HttpAnswer answer(Asked asked, String id, String action, Query query, boolean wait) {
        return switch (action) {
            case WebApi.ACTION_RESUME -> {
                String function = query.takeFunction();
                query.takeDebug();
                yield simply(asked, id, query, instance -> instance.resume(function));
            }
            case WebApi.ACTION_KILL -> stop(asked, id, query, wait, GateInstance::kill);
            case WebApi.ACTION_SUSPEND -> stop(asked, id, query, wait, GateInstance::suspend);
            case WebApi.ACTION_DELETE -> simply(asked, id, query, GateInstance::delete);
            case WebApi.ACTION_STATUS -> {
                query.end();
                yield work(asked, id, (instance, waiter) -> instance.status());
            }
            case WebApi.ACTION_SNAPSHOT -> {
                query.end();
                asked.mustNotHaveContent();
                yield new HttpAnswer.Exchange(new Requests.Simple(door, asked, waiter -> {
                    String key = door.host().snapshot(instance(asked, id));
                    return asked.answer(201, WebApi.HEADER_LOCATION, door.location(key));
                }));
            }
            case WebApi.ACTION_IO -> {
                query.end();
                yield io(asked, id);
            }
            case WebApi.ACTION_DEBUG -> {
                query.end();
                yield debug(asked, id);
            }
            default -> throw Asked.unsupportedAction();
        };
    }

    private GateInstance instance(Asked asked, String id) {
        return door.host().instance(door.principal(asked), id);
    }

    private HttpAnswer simply(Asked asked, String id, Query query, Consumer<GateInstance> action) {
        query.end();
        asked.mustNotHaveContent();
        return new HttpAnswer.Exchange(new Requests.Simple(door, asked, waiter -> {
            action.accept(instance(asked, id));
            return asked.answer(204);
        }));
    }

    private HttpAnswer stop(Asked asked, String id, Query query, boolean wait, Consumer<GateInstance> action) {
        if (!wait) {
            return simply(asked, id, query, action);
        }
        query.end();
        return work(asked, id, (instance, waiter) -> {
            action.accept(instance);
            return wait(instance, waiter);
        });
    }

    private @Nullable Status wait(GateInstance instance, Waiter waiter) {
        return waiter.await(instance.whenStopped());
    }

    /** Work that comes to a status; null if nobody wants to know any more. */
    private HttpAnswer work(Asked asked, String id, BiFunction<GateInstance, Waiter, @Nullable Status> work) {
        asked.mustNotHaveContent();
        return new HttpAnswer.Exchange(new Requests.Simple(door, asked, waiter -> {
            Status status = work.apply(instance(asked, id), waiter);
            return status == null ? null : status(asked, status);
        }));
    }

    private static HttpResponse status(Asked asked, Status status) {
        return asked.answer(204, WebApi.HEADER_STATUS, status.toJson());
    }

    private HttpAnswer io(Asked asked, String id) {
        if (asked.gzipped()) {
            throw new ApiException(400, "unsupported content encoding").with("Accept-Encoding", "identity");
        }
        return new HttpAnswer.Exchange(new Requests.Streaming(door, asked, false, (exchange, stream) -> {
            GateInstance instance = instance(asked, id);
            exchange.execute(() -> stream.open(instance));
            return null;
        }));
    }

    private HttpAnswer debug(Asked asked, String id) {
        asked.mustHaveContentType(WebApi.CONTENT_TYPE_JSON);
        return new HttpAnswer.Exchange(new Requests.WithBody(
                door,
                asked,
                DEBUG_REQUEST_LIMIT,
                exchange -> door.caller(asked, true),
                (request, exchange, caller, body) -> {
                    try {
                        Debug.Request debug = Debug.Request.parse(body);
                        return asked.json(door.host()
                                .instance(caller.owner(), id)
                                .debug(debug)
                                .toJson());
                    } catch (MalformedJsonException e) {
                        throw new ApiException(400, "content parse error");
                    }
                }));
    }
}
