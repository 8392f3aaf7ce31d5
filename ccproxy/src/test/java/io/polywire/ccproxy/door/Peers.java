package io.polywire.ccproxy.door;

import io.polywire.ccproxy.message.Framing;
import io.polywire.ccproxy.message.RawJson;
import io.polywire.ccproxy.message.Response;
import io.polywire.ccproxy.unix.Descriptor;
import io.polywire.ccproxy.unix.Poller;
import io.polywire.ccproxy.unix.UnixException;
import io.polywire.ccproxy.unix.UnixSocket;
import io.polywire.ccproxy.unix.UnixStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** Raw peers of a proxy: bytes in, bytes out. */
final class Peers {
    static final Duration WAIT = Duration.ofSeconds(20);
    static final System.Logger SILENT = new SilentLogger();

    private Peers() {}

    static CcProxy proxy() {
        return proxy(CcProxySettings.defaults());
    }

    static CcProxy proxy(CcProxySettings settings) {
        return CcProxy.start(null, settings, SILENT, VmListener.NONE);
    }

    /** A request's octets. */
    static byte[] message(String body) {
        byte[] json = body.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length)
                .putInt(json.length)
                .putInt(0)
                .put(json)
                .array();
    }

    static Response call(UnixStream api, String body) throws IOException {
        api.write(message(body));
        return response(api);
    }

    static Response response(UnixStream api) throws IOException {
        return Response.decode(RawJson.of(new String(body(api), StandardCharsets.UTF_8)));
    }

    /** The JSON of the next message; its header is checked. */
    static byte[] body(UnixStream api) throws IOException {
        byte[] header = new byte[8];
        api.readFully(header);
        if (ByteBuffer.wrap(header).getInt(4) != 0) {
            throw new IOException("the second word of the header is not 0");
        }
        byte[] body = new byte[(int) Framing.length(header, 0)];
        api.readFully(body);
        return body;
    }

    /** The descriptor that follows a successful allocateIO. */
    static UnixStream descriptor(UnixStream api) throws IOException {
        byte[] octet = new byte[16];
        UnixSocket.Received received = api.receiveDescriptor(octet);
        if (received.length() != 1 || octet[0] != 'F' || received.descriptor() == null) {
            throw new IOException("no descriptor on an F of its own");
        }
        UnixStream stream = new UnixStream(received.descriptor());
        stream.timeout(WAIT);
        return stream;
    }

    static UnixStream connect(CcProxy proxy) {
        UnixStream api = proxy.connect();
        api.timeout(WAIT);
        return api;
    }

    static UnixStream accept(Descriptor listening) {
        try (Poller poller = new Poller()) {
            poller.add(listening.fd(), Poller.IN, 0);
            if (poller.await((int) WAIT.toMillis()) == 0) {
                throw new AssertionError("nobody connected");
            }
            Descriptor accepted = UnixSocket.accept(listening);
            if (accepted == null) {
                throw new UnixException("accept", 0);
            }
            UnixStream stream = new UnixStream(accepted);
            stream.timeout(WAIT);
            return stream;
        }
    }

    /** Open descriptors of this process. */
    static long openDescriptors() {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
