package io.polywire.wasm.wasi;

import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** What a file descriptor of the program stands for. */
sealed interface Descriptor {
    /** Standard input. */
    record In(Stdin stdin) implements Descriptor {}

    /** Standard output or error. */
    record Out(OutputStream out) implements Descriptor {}

    /**
     * A folder, granted by the host under a name or opened below one.
     *
     * @param root the granted folder's real path; nothing above it can be reached
     * @param grant index of the grant
     * @param preopened whether the program finds it among its preopened descriptors
     */
    record Folder(Path root, Path path, int grant, boolean preopened) implements Descriptor {}

    /**
     * An open file.
     *
     * @param grant index of the grant below which it was opened
     * @param relative its path below that
     */
    record File(FileChannel channel, Path path, int grant, String relative, boolean read, boolean write, boolean append)
            implements Descriptor {}
}
