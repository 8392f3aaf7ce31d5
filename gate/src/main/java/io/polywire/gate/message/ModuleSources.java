package io.polywire.gate.message;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * The answer to a request for {@link WebApi#PATH_MODULES}.
 *
 * @param names sorted
 */
public record ModuleSources(List<String> names) {
    public ModuleSources {
        names = List.copyOf(names);
    }

    /** @throws MalformedJsonException if it is something else than a list of strings */
    public static ModuleSources parse(byte[] json) {
        if (!(Json.parse(json) instanceof ArrayNode list)) {
            throw new MalformedJsonException("not a list");
        }
        List<String> names = new ArrayList<>();
        for (JsonNode name : list) {
            if (!name.isString()) {
                throw new MalformedJsonException("a name is no string");
            }
            names.add(name.stringValue());
        }
        return new ModuleSources(names);
    }
}
