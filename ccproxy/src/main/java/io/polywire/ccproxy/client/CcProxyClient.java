package io.polywire.ccproxy.client;

import io.polywire.ccproxy.message.AllocateIo;
import io.polywire.ccproxy.message.AllocateIoResult;
import io.polywire.ccproxy.message.Attach;
import io.polywire.ccproxy.message.Bye;
import io.polywire.ccproxy.message.FollowOutput;
import io.polywire.ccproxy.message.Framing;
import io.polywire.ccproxy.message.Hello;
import io.polywire.ccproxy.message.Hyper;
import io.polywire.ccproxy.message.ListVms;
import io.polywire.ccproxy.message.MalformedMessage;
import io.polywire.ccproxy.message.Payload;
import io.polywire.ccproxy.message.RawJson;
import io.polywire.ccproxy.message.Response;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.UnixStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A connection to a proxy, with the calls of the original client.
 *
 * <p>Thread-safe: calls wait for one another, as the proxy answers one at a time. Virtual threads may wait here. Every
 * call throws {@link RefusedException} when the proxy answers an error, and another IOException when the connection
 * fails; after the latter the client can only be closed.
 */
public final class CcProxyClient implements AutoCloseable {
    private static final int LONGEST_RESPONSE = 16 << 20;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final UnixStream api;
    private final ReentrantLock calling = new ReentrantLock();

    /** Takes over a connection to the API socket. */
    public CcProxyClient(UnixStream api) {
        this.api = api;
    }

    /** Connects to the proxy that listens at {@code path}. */
    public static CcProxyClient connect(String path) throws IOException {
        return new CcProxyClient(UnixStream.connect(path));
    }

    /** How long a call waits for its answer; zero, the default, is no limit. */
    public CcProxyClient timeout(Duration limit) {
        api.timeout(limit);
        return this;
    }

    /** Registers a VM, waits until its agent is ready, and makes it the current one, see {@link Hello}. */
    public void hello(String containerId, String ctlSerial, String ioSerial) throws IOException {
        call(new Hello(containerId, ctlSerial, ioSerial));
    }

    /** Makes a registered VM the current one. */
    public void attach(String containerId) throws IOException {
        call(new Attach(containerId));
    }

    /** Unregisters a VM and ends its streams. */
    public void bye(String containerId) throws IOException {
        call(new Bye(containerId));
    }

    /** Sends a command without data to the agent of the current VM. */
    public void hyper(String hyperName) throws IOException {
        call(new Hyper(hyperName, null));
    }

    /**
     * Sends a command to the agent of the current VM and waits until it is acknowledged.
     *
     * @param data goes out as JSON: a map, a list, a record, a JsonNode and so on; {@link RawJson} goes out as it is,
     *     null as nothing
     */
    public void hyper(String hyperName, @Nullable Object data) throws IOException {
        call(new Hyper(hyperName, data == null ? null : json(data)));
    }

    /**
     * Allocates stream numbers on the current VM.
     *
     * @param nStreams 1 for stdin and stdout, 2 for stderr as well
     * @return the channel for their frames; it is the caller's to close
     */
    public IoChannel allocateIo(int nStreams) throws IOException {
        calling.lock();
        try {
            long base;
            try {
                base = AllocateIoResult.of(exchange(new AllocateIo(nStreams))).ioBase();
            } catch (MalformedMessage e) {
                throw new IOException(e.getMessage(), e);
            }
            return receiveChannel(base);
        } finally {
            calling.unlock();
        }
    }

    /**
     * Follows all output of a VM, whichever stream it belongs to, from now on. Who reads too slowly misses frames. Only
     * Polywire's proxy knows this call.
     *
     * @return a channel to be read only; it is the caller's to close
     */
    public IoChannel follow(String containerId) throws IOException {
        calling.lock();
        try {
            exchange(new FollowOutput(containerId));
            return receiveChannel(0);
        } finally {
            calling.unlock();
        }
    }

    /** What is registered: a list of objects, see {@link ListVms}. Only Polywire's proxy knows this call. */
    public JsonNode list() throws IOException {
        Response response = call(new ListVms());
        return MAPPER.readTree(response.data() == null ? "{}" : response.data().toString())
                .path("vms");
    }

    /** Closes the connection. VMs and streams stay as they are. */
    @Override
    public void close() {
        api.close();
    }

    private IoChannel receiveChannel(long ioBase) throws IOException {
        Descriptor descriptor = api.receiveDescriptor(new byte[1]).descriptor();
        if (descriptor == null) {
            throw new IOException("no descriptor came with the answer");
        }
        return new IoChannel(new UnixStream(descriptor), ioBase);
    }

    private Response call(Payload payload) throws IOException {
        calling.lock();
        try {
            return exchange(payload);
        } finally {
            calling.unlock();
        }
    }

    private Response exchange(Payload payload) throws IOException {
        api.write(payload.toRequest().encode());
        byte[] header = new byte[Framing.HEADER];
        api.readFully(header);
        long length = Framing.length(header, 0);
        if (length > LONGEST_RESPONSE) {
            throw new IOException("response of " + length + " octets, the limit is " + LONGEST_RESPONSE);
        }
        byte[] body = new byte[(int) length];
        api.readFully(body);
        Response response;
        try {
            response = Response.decode(new RawJson(body, 0, body.length));
        } catch (MalformedMessage e) {
            throw new IOException("response: " + e.getMessage(), e);
        }
        if (!response.success()) {
            throw new RefusedException(response.error());
        }
        return response;
    }

    private static RawJson json(Object data) throws IOException {
        try {
            return data instanceof RawJson raw ? raw : RawJson.of(MAPPER.writeValueAsString(data));
        } catch (JacksonException e) {
            throw new IOException("data: " + e.getOriginalMessage(), e);
        }
    }
}
