package io.polywire.gate.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Modules in a folder of this machine, under their relative paths. What lies outside is not there, also for symbolic links
 * that lead outside.
 */
public final class DirectorySource implements ModuleSource {
    private final String name;
    private final Path folder;

    /** @throws IllegalArgumentException if the name cannot be one, or there is no such folder */
    public DirectorySource(String name, Path folder) {
        this.name = ModuleSource.checkName(name);
        try {
            this.folder = folder.toRealPath();
        } catch (IOException e) {
            throw new IllegalArgumentException("no folder " + folder, e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte @Nullable [] open(String path, int limit) {
        Path file;
        try {
            file = folder.resolve(path).toRealPath();
        } catch (IOException | InvalidPathException e) {
            return null;
        }
        if (!file.startsWith(folder) || !Files.isRegularFile(file)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(file)) {
            if (Files.size(file) > limit) {
                throw ModuleSource.tooLong();
            }
            byte[] octets = in.readNBytes(limit + 1);
            if (octets.length > limit) {
                throw ModuleSource.tooLong();
            }
            return octets;
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DirectorySource that && name.equals(that.name) && folder.equals(that.folder);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, folder);
    }
}
