package io.polywire.server;

import io.polywire.server.config.ConfigFile;
import io.polywire.wamp.client.WampClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server by a configuration, on a free port of this machine. */
public final class RunningServer implements AutoCloseable {
    private final Server server;
    private final String url;

    private RunningServer(Server server) {
        this.server = server;
        this.url = server.addresses().getFirst().uri();
    }

    /** @param configuration but for the listeners */
    public static RunningServer of(Path folder, String configuration) {
        try {
            Path file = Files.writeString(
                    folder.resolve("polywire.yaml"), "listeners: [{tcp: \"127.0.0.1:0\"}]\n" + configuration);
            return new RunningServer(Server.start(ConfigFile.read(file), () -> ConfigFile.read(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** HOST:PORT. */
    public String at() {
        return url.substring("ws://".length(), url.lastIndexOf('/'));
    }

    public WampClient connect(String realm) {
        return WampClient.connect(url, realm);
    }

    /** What /metrics says. */
    public String metrics() {
        String at = at();
        int colon = at.lastIndexOf(':');
        try (Socket socket = new Socket(at.substring(0, colon), Integer.parseInt(at.substring(colon + 1)))) {
            socket.getOutputStream().write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
