package io.polywire.store;

import io.polywire.router.EventStore;
import io.polywire.router.HistoryRules;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The data of one directory.
 *
 * <p>Thread-safe. Reading blocks, for some microseconds as a rule: not on an event loop. Writing is queued for the store's
 * own thread, in order; {@link CompletableFuture futures} complete there when the write was committed.
 */
public final class Store implements AutoCloseable {
    private static final String FILE = "polywire.db";
    private static final String LOCK = "lock";

    private final Database reader;
    private final ReentrantLock reading = new ReentrantLock();
    private final Writer writer;
    private final @Nullable FileChannel lock;

    private Store(Path directory, @Nullable FileChannel lock) {
        this.lock = lock;
        Path file = directory.resolve(FILE);
        Database first = null;
        try {
            createPrivately(file);
            first = new Database(file);
            Schema.migrate(first);
            reader = new Database(file);
        } catch (RuntimeException e) {
            if (first != null) {
                first.close();
            }
            unlock(lock);
            throw e;
        }
        writer = new Writer(first);
    }

    /**
     * For the server: nobody else may open it so at the same time.
     *
     * @param directory is made if it is not there
     * @throws StoreException if it cannot be opened, or another server uses it
     */
    public static Store open(Path directory) {
        create(directory);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock held = channel.tryLock();
            if (held == null) {
                channel.close();
                throw inUse(directory);
            }
        } catch (OverlappingFileLockException e) {
            unlock(channel);
            throw inUse(directory);
        } catch (IOException e) {
            unlock(channel);
            throw new StoreException("cannot lock " + directory + ": " + e.getMessage(), e);
        }
        return new Store(directory, channel);
    }

    /**
     * For commands: a server may use it at the same time.
     *
     * @param directory is made if it is not there
     * @throws StoreException if it cannot be opened
     */
    public static Store openBeside(Path directory) {
        create(directory);
        return new Store(directory, null);
    }

    private static StoreException inUse(Path directory) {
        return new StoreException("another server uses the data in " + directory);
    }

    private static void create(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new StoreException("cannot make the directory " + directory + ": " + e.getMessage(), e);
        }
    }

    /** There are secrets in it: only its owner may read it. SQLite gives its other files the same permissions. */
    private static void createPrivately(Path file) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Files.createFile(file, attributes);
        } catch (FileAlreadyExistsException e) {
            // Made before.
        } catch (IOException e) {
            throw new StoreException("cannot make " + file + ": " + e.getMessage(), e);
        }
    }

    /** Users and their credentials. */
    public Users users() {
        return new Users(this);
    }

    /** A table of keys and values; it need not be created. */
    public Table table(String name) {
        return new Table(this, name);
    }

    /**
     * The history of a realm's topics, with what is kept of it. To be asked for once for each realm; blocks.
     *
     * @param rules all that the realm has
     * @param caps of each history
     */
    public EventStore events(String realm, List<HistoryRules.Rule> rules, EventStore.Caps caps) {
        return new StoredEvents(this, realm, rules, caps);
    }

    /** A secret of the server, made on first use and the same ever after. */
    public byte[] secret(String name, int octets) {
        String find = "SELECT value FROM secret WHERE name = ?";
        byte[] known = read(database -> database.first(find, row -> row.getBytes(1), name));
        if (known != null) {
            return known;
        }
        byte[] made = new byte[octets];
        new SecureRandom().nextBytes(made);
        return write(database -> {
                    database.update("INSERT OR IGNORE INTO secret VALUES (?, ?)", name, made);
                    byte[] kept = database.first(find, row -> row.getBytes(1), name);
                    return kept == null ? made : kept;
                })
                .join();
    }

    /** Blocks. */
    <T extends @Nullable Object> T read(Function<Database, T> query) {
        reading.lock();
        try {
            return query.apply(reader);
        } finally {
            reading.unlock();
        }
    }

    /** The future completes when the work was committed, exceptionally if it failed and left nothing behind. */
    <T extends @Nullable Object> CompletableFuture<T> write(Function<Database, T> work) {
        return writer.submit(work);
    }

    /** Does what is queued and closes the file. */
    @Override
    public void close() {
        writer.close();
        reading.lock();
        try {
            reader.close();
        } finally {
            reading.unlock();
        }
        unlock(lock);
    }

    private static void unlock(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new StoreException("cannot unlock the data: " + e.getMessage(), e);
            }
        }
    }
}
