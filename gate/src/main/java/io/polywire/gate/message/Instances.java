package io.polywire.gate.message;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The answer to a request for {@link WebApi#PATH_INSTANCES}.
 *
 * @param instances sorted by id
 */
public record Instances(List<Item> instances) {
    /**
     * One of them.
     *
     * @param instance UUID
     * @param status of now
     * @param isTransient whether it goes when it has ended
     * @param debugging whether it was made for debugging
     */
    public record Item(String instance, Status status, boolean isTransient, boolean debugging) {}

    public Instances {
        instances = List.copyOf(instances);
    }

    /** @throws MalformedJsonException if it is something else */
    public static Instances parse(byte[] json) {
        List<Item> all = new ArrayList<>();
        for (JsonNode node : Json.list(Json.parseObject(json), "instances")) {
            if (!(node instanceof ObjectNode item)) {
                throw new MalformedJsonException("an instance is no object");
            }
            ObjectNode status = Json.member(item, "status");
            all.add(new Item(
                    Json.text(item, "instance"),
                    Status.read(status == null ? Json.object() : status),
                    Json.bool(item, "transient"),
                    Json.bool(item, "debugging")));
        }
        return new Instances(all);
    }

    /** The JSON form. */
    public String toJson() {
        ObjectNode root = Json.object();
        ArrayNode list = root.putArray("instances");
        for (Item item : instances) {
            ObjectNode node = list.addObject();
            node.put("instance", item.instance);
            item.status.write(node.putObject("status"));
            if (item.isTransient) {
                node.put("transient", true);
            }
            if (item.debugging) {
                node.put("debugging", true);
            }
        }
        return Json.write(root);
    }
}
