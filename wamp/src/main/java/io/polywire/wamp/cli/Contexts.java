package io.polywire.wamp.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Named addresses and identities, each a JSON file that only its owner may read, in {@code $XDG_CONFIG_HOME/polywire/contexts}
 * ({@code ~/.config} without that variable). The file {@code ../context} names the one that is in use.
 */
final class Contexts {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /**
     * Where and as whom to connect; null for what a context does not say.
     *
     * @param password for ticket, WAMP-CRA and SCRAM
     * @param key path of a file with an Ed25519 seed
     * @param ca path of a PEM file with the authorities to trust
     */
    record Context(
            @Nullable String url,
            @Nullable String realm,
            @Nullable String user,
            @Nullable String password,
            @Nullable String key,
            @Nullable String ca,
            @Nullable String serialization) {
        static final Context EMPTY = new Context(null, null, null, null, null, null, null);
    }

    private final Path folder;

    Contexts(Path folder) {
        this.folder = folder;
    }

    static Contexts ofUser(Map<String, String> environment) {
        String base = environment.get("XDG_CONFIG_HOME");
        Path config = base == null || base.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", "."), ".config")
                : Path.of(base);
        return new Contexts(config.resolve("polywire"));
    }

    /** Names of all contexts. */
    List<String> names() {
        Path all = folder.resolve("contexts");
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(all)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> name.substring(0, name.length() - 5))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Name of the context in use, null if there is none. */
    @Nullable
    String selected() {
        try {
            String name = Files.readString(folder.resolve("context")).strip();
            return name.isEmpty() ? null : name;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * A context by its name.
     *
     * @throws IllegalArgumentException if there is none, or its file is damaged
     */
    Context get(String name) {
        Path file = file(name);
        try {
            return Values.JSON.readValue(Files.readAllBytes(file), Context.class);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "there is no context '" + name + "'; 'polywire context list' shows all", e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    void put(String name, Context context) {
        Map<String, @Nullable Object> members = new TreeMap<>();
        ListCommands.map(Values.JSON.convertValue(context, Object.class)).forEach((member, value) -> {
            if (value != null) {
                members.put(member, value);
            }
        });
        write(file(name), Values.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(members) + "\n");
    }

    boolean remove(String name) {
        try {
            if (name.equals(selected())) {
                Files.deleteIfExists(folder.resolve("context"));
            }
            return Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Puts a context to use. */
    void select(String name) {
        get(name);
        write(folder.resolve("context"), name + "\n");
    }

    private Path file(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name for a context: letters, digits, dots, dashes and underscores");
        }
        return folder.resolve("contexts").resolve(name + ".json");
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Path fresh = Files.createTempFile(
                    file.getParent(),
                    "." + file.getFileName(),
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
