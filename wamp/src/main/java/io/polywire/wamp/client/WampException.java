package io.polywire.wamp.client;

import io.polywire.model.Dict;
import org.jspecify.annotations.Nullable;

/**
 * An error of WAMP: what a router or callee answered, or what this side found out by itself. A handler throws one to answer
 * with that error.
 *
 * <pre>{@code
 * client.register("shop.price", call -> {
 *     if (call.string(0).isEmpty()) {
 *         throw new WampException("shop.error.no_such_article", call.string(0));
 *     }
 *     return price(call.string(0));
 * });
 * }</pre>
 */
public class WampException extends RuntimeException {
    private final String uri;
    private final transient Arguments arguments;
    private final transient Dict details;

    /** An error with a URI and positional arguments (or one {@link Arguments}). */
    public WampException(String uri, @Nullable Object... args) {
        this(uri, Arguments.of(args), Dict.EMPTY, null);
    }

    WampException(String uri, Arguments arguments, Dict details, @Nullable Throwable cause) {
        super(null, cause);
        this.uri = uri;
        this.arguments = arguments;
        this.details = details;
    }

    /** The error URI, such as {@code wamp.error.no_such_procedure}. */
    public String uri() {
        return uri;
    }

    /** What came with the error; empty where nothing did. */
    public Arguments arguments() {
        return arguments;
    }

    /** ERROR.Details, or those of the ABORT or GOODBYE that was the cause. */
    public Dict details() {
        return details;
    }

    /** The URI, and what came with it. */
    @Override
    public String getMessage() {
        if (arguments.isEmpty()) {
            Object text = details.get("message");
            return text instanceof String s ? uri + ": " + s : uri;
        }
        if (arguments.map().isEmpty() && arguments.size() == 1) {
            return uri + ": " + arguments.get(0);
        }
        return uri + ": " + arguments;
    }

    /** The exception as thrown by the thread that waited: with that thread's stack. */
    WampException here() {
        fillInStackTrace();
        return this;
    }
}
