package io.polywire.gate.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Files of octets in one folder. A file is there as a whole or not at all: it is written under another name, forced to the
 * disk, renamed, and the folder is forced.
 */
final class Blobs {
    private static final String TEMPORARY = ".tmp";
    private static final int PIECE = 1 << 20;

    private final Path folder;
    private final AtomicLong temporary = new AtomicLong();

    Blobs(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw failed("cannot make the folder " + folder, e);
        }
    }

    void write(String name, byte[] octets) {
        Path unfinished = folder.resolve(temporary.incrementAndGet() + TEMPORARY);
        try {
            try (FileChannel out = FileChannel.open(
                    unfinished,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                // In pieces: Java keeps a direct buffer as large as the largest write of a thread.
                for (int off = 0; off < octets.length; ) {
                    off += out.write(ByteBuffer.wrap(octets, off, Math.min(PIECE, octets.length - off)));
                }
                out.force(true);
            }
            Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel dir = FileChannel.open(folder, StandardOpenOption.READ)) {
                dir.force(true);
            }
        } catch (IOException e) {
            quietlyDelete(unfinished);
            throw failed("cannot write " + folder.resolve(name), e);
        }
    }

    byte[] read(String name) {
        try {
            return Files.readAllBytes(folder.resolve(name));
        } catch (IOException e) {
            throw failed("cannot read " + folder.resolve(name), e);
        }
    }

    /** Without effect if it is not there. */
    void delete(String name) {
        quietlyDelete(folder.resolve(name));
    }

    /** Removes all other files: what a crash left between a file and its row. */
    void keepOnly(Set<String> names) {
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(file -> !names.contains(file.getFileName().toString())).forEach(Blobs::quietlyDelete);
        } catch (IOException | UncheckedIOException e) {
            throw failed("cannot list " + folder, e);
        }
    }

    private static void quietlyDelete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            System.getLogger("io.polywire.gate").log(System.Logger.Level.WARNING, "cannot delete " + file, e);
        }
    }

    private static StorageException failed(String what, Exception cause) {
        return new StorageException(what + ": " + cause.getMessage(), cause);
    }
}
