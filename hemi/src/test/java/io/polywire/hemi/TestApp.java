package io.polywire.hemi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polywire.net.Doors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** The application of {@code examples/java/HemiTestApp.java}, compiled once for the tests that talk to it. */
public final class TestApp {
    private static final Path SOURCE = Path.of("../examples/java/HemiTestApp.java");
    private static final Class<?> APP = load();

    private TestApp() {}

    /** {@code /hemi} without and {@code /hemi-auth} with a login. */
    public static Doors doors() {
        try {
            Method doors = APP.getDeclaredMethod("doors");
            return (Doors) doors.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> load() {
        try {
            Path classes = Files.createTempDirectory("hemi-testapp");
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
            return loader.loadClass("HemiTestApp");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
