package io.polywire.ccproxy.door;

import io.polywire.ccproxy.message.RawJson;
import java.io.ByteArrayOutputStream;
import java.util.Collection;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The answer to a request for the VMs there are. */
final class VmList {
    private static final JsonFactory FACTORY = new JsonFactory();

    private VmList() {}

    static RawJson of(Collection<Vm> vms) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("vms");
            for (Vm vm : vms) {
                json.writeStartObject();
                json.writeStringProperty("containerId", vm.containerId());
                json.writeStringProperty("state", vm.state());
                json.writeNumberProperty("clients", vm.clients());
                json.writeNumberProperty("streams", vm.streams());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        byte[] bytes = out.toByteArray();
        return new RawJson(bytes, 0, bytes.length);
    }
}
