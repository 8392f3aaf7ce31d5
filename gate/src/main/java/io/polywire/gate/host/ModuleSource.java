package io.polywire.gate.host;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.WebApi;
import org.jspecify.annotations.Nullable;

/** Somewhere that modules come from, besides uploads. Thread-safe. */
public interface ModuleSource {
    /** Its name in paths: lower-case letters and digits, not {@code sha384}. */
    String name();

    /**
     * Gets a module. May block.
     *
     * @param path what follows the source's name in the request, decoded; not checked
     * @param limit most octets
     * @return null if there is none
     * @throws ApiException 403 if it is longer, see {@link #tooLong}; 502 if it is not known whether there is one
     */
    byte @Nullable [] open(String path, int limit);

    /**
     * The name, if it can be one.
     *
     * @throws IllegalArgumentException if not
     */
    static String checkName(String name) {
        if (!name.matches("[a-z0-9]{1,32}") || name.equals(WebApi.MODULE_REF_SOURCE)) {
            throw new IllegalArgumentException("'" + name + "' is no name of a module source");
        }
        return name;
    }

    /** What is to be thrown for a module over the limit. */
    static ApiException tooLong() {
        return new ApiException(403, "program size limit exceeded");
    }
}
