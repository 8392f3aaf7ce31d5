package io.polywire.webwire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polywire.webwire.door.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** The application of {@code examples/java/WebwireTestApp.java}, compiled once for the tests that talk to it. */
public final class TestApp {
    private static final Path SOURCE = Path.of("../examples/java/WebwireTestApp.java");
    private static final Class<?> APP = load();

    private TestApp() {}

    /** A server with the application, not listening yet. */
    public static Server server(boolean withSessions) {
        try {
            return (Server) APP.getMethod("server", boolean.class).invoke(null, withSessions);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> load() {
        try {
            Path classes = Files.createTempDirectory("webwire-testapp");
            classes.toFile().deleteOnExit();
            int failed = ToolProvider.getSystemJavaCompiler()
                    .run(
                            null,
                            null,
                            null,
                            "-proc:none",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-d",
                            classes.toString(),
                            SOURCE.toString());
            assertEquals(0, failed, "the example does not compile");
            URLClassLoader loader =
                    new URLClassLoader(new URL[] {classes.toUri().toURL()}, TestApp.class.getClassLoader());
            return loader.loadClass("WebwireTestApp");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
