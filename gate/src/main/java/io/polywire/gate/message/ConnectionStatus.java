package io.polywire.gate.message;

import tools.jackson.databind.node.ObjectNode;

/**
 * The server's last message on a WebSocket.
 *
 * @param status of the instance after the connection
 */
public record ConnectionStatus(Status status) {
    /**
     * Reads {@code {"status":{...}}}, or the bare status that the server of 2020 sends after a call.
     *
     * @throws MalformedJsonException if it is something else
     */
    public static ConnectionStatus parse(String json) {
        ObjectNode from = Json.parseObject(json);
        ObjectNode status = Json.member(from, "status");
        return new ConnectionStatus(Status.read(status == null ? from : status));
    }

    /** The form after io. */
    public String toJson() {
        ObjectNode into = Json.object();
        status.write(into.putObject("status"));
        return Json.write(into);
    }

    /** The form after a call: the members of the status outside, too, for who knows the server of 2020. */
    public String toCallJson() {
        ObjectNode into = status.write(Json.object());
        status.write(into.putObject("status"));
        return Json.write(into);
    }
}
