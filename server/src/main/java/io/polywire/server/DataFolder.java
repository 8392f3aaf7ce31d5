package io.polywire.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder for what outlives a session; a temporary one goes with the server.
 */
record DataFolder(Path path, boolean temporary) implements AutoCloseable {
    /**
     * @param path made if it is not there; null for a temporary folder
     * @throws UncheckedIOException if it cannot be made or written to
     */
    static DataFolder open(@Nullable Path path) {
        try {
            if (path == null) {
                return new DataFolder(Files.createTempDirectory("polywire-"), true);
            }
            Path folder = Files.createDirectories(path);
            if (!Files.isWritable(folder)) {
                throw new IOException("not writable");
            }
            return new DataFolder(folder, false);
        } catch (IOException e) {
            throw new UncheckedIOException("data folder " + path + ": " + e.getMessage(), e);
        }
    }

    /** Deletes it if it is temporary. */
    @Override
    public void close() {
        if (temporary) {
            try (Stream<Path> all = Files.walk(path)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(one);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
