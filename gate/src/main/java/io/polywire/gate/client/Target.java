package io.polywire.gate.client;

import io.polywire.gate.message.WebApi;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Path and query of a request. */
final class Target {
    private final StringBuilder text;
    private char next = '?';

    private Target(String path) {
        text = new StringBuilder(path);
    }

    /** A module by its key, or by source and name. */
    static Target module(String module) {
        int slash = module.indexOf('/');
        return slash < 0
                ? new Target(WebApi.PATH_MODULE_REFS + encoded(module))
                : new Target(WebApi.PATH_MODULES + encoded(module.substring(0, slash)) + "/"
                        + encoded(module.substring(slash + 1)).replace("%2F", "/"));
    }

    static Target instance(String instance) {
        return new Target(WebApi.PATH_INSTANCES + encoded(instance));
    }

    static Target call(String module, CallOptions options) {
        return module(module)
                .action(options.ref() ? WebApi.ACTION_REF : "")
                .action(WebApi.ACTION_CALL)
                .with(WebApi.PARAM_FUNCTION, options.function())
                .with(WebApi.PARAM_DEBUG, options.debug() ? "true" : "");
    }

    static Target launch(String module, LaunchOptions options) {
        return module(module)
                .action(options.ref() ? WebApi.ACTION_REF : "")
                .action(WebApi.ACTION_LAUNCH)
                .action(options.suspended() ? WebApi.ACTION_SUSPEND : "")
                .with(WebApi.PARAM_FUNCTION, options.function())
                .with(WebApi.PARAM_INSTANCE, options.instance())
                .with(WebApi.PARAM_DEBUG, options.debug() ? "true" : "");
    }

    Target action(String name) {
        return with(WebApi.PARAM_ACTION, name);
    }

    /** Adds a parameter that is not empty. */
    Target with(String parameter, String value) {
        if (!value.isEmpty()) {
            text.append(next).append(parameter).append('=').append(encoded(value));
            next = '&';
        }
        return this;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
