package io.polywire.gate.cli;

import io.polywire.gate.client.ModuleContent;
import io.polywire.gate.message.WebApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A module as it is named on the command line.
 *
 * @param name key, or source and name
 * @param content if it is a file to be sent; null: the server has it
 */
record ModuleArgument(String name, @Nullable ModuleContent content) {
    /** A file if there is one of that name, else a module on the server if the text can be one. */
    static ModuleArgument of(String text) throws IOException {
        Path file = path(text);
        if (file != null && Files.isRegularFile(file)) {
            ModuleContent content = ModuleContent.of(file);
            return new ModuleArgument(content.key(), content);
        }
        if (text.matches("[A-Za-z0-9_-]{" + WebApi.KEY_LENGTH + "}") || text.matches("[A-Za-z0-9]+/[^/.].*")) {
            return new ModuleArgument(text, null);
        }
        throw new LocalException(text + " is neither a file nor the key of a module");
    }

    private static @Nullable Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
