package io.polywire.ccproxy.message;

/**
 * The data of the answer to {@link AllocateIo}.
 *
 * @param ioBase the first number, for stdin and stdout; the next one is that of stderr, if it was asked for. Below 2^53
 */
public record AllocateIoResult(long ioBase) {
    /**
     * Reads the data of a response.
     *
     * @throws MalformedMessage if there is no such number
     */
    public static AllocateIoResult of(Response response) {
        return Json.allocateIoResult(response);
    }

    /** The answer that carries it. */
    public Response toResponse() {
        return Response.ok(RawJson.of("{\"ioBase\":" + ioBase + "}"));
    }
}
