package io.polywire.gate.message;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The answer to a request for {@link WebApi#PATH_MODULE_REFS}.
 *
 * @param ids of the modules, sorted
 */
public record ModuleRefs(List<String> ids) {
    public ModuleRefs {
        ids = List.copyOf(ids);
    }

    /** @throws MalformedJsonException if it is something else */
    public static ModuleRefs parse(byte[] json) {
        List<String> ids = new ArrayList<>();
        for (JsonNode node : Json.list(Json.parseObject(json), "modules")) {
            if (!(node instanceof ObjectNode ref)) {
                throw new MalformedJsonException("a module is no object");
            }
            ids.add(Json.text(ref, "id"));
        }
        return new ModuleRefs(ids);
    }

    /** The JSON form. */
    public String toJson() {
        ObjectNode root = Json.object();
        ArrayNode list = root.putArray("modules");
        ids.forEach(id -> list.addObject().put("id", id));
        return Json.write(root);
    }
}
