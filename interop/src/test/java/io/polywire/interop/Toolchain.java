package io.polywire.interop;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a language needs to run its program of clients/: found on the PATH, its packages installed once for each set of pinned
 * versions and kept.
 */
@SuppressWarnings("ImmutableEnumChecker") // The lists are made by List.of.
enum Toolchain {
    JAVASCRIPT("javascript", List.of("node", "npm"), List.of("package.json", "package-lock.json")) {
        @Override
        void install(Path folder) throws IOException {
            run(folder, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund");
        }

        @Override
        List<String> command(Path folder) throws IOException {
            copy("peers.mjs", folder); // it finds its packages beside itself
            return List.of("node", "peers.mjs");
        }
    },
    PYTHON("python", List.of("python3"), List.of("requirements.txt")) {
        @Override
        void install(Path folder) throws IOException {
            run(folder, "python3", "-m", "venv", "venv");
            String pip = folder.resolve("venv/bin/pip").toString();
            run(folder, pip, "install", "--disable-pip-version-check", "--no-deps", "-r", "requirements.txt");
        }

        @Override
        List<String> command(Path folder) {
            return List.of(
                    folder.resolve("venv/bin/python").toString(),
                    source("peers.py").toString());
        }
    },
    GO("go", List.of("go"), List.of("go.mod", "go.sum", "main.go")) {
        @Override
        void install(Path folder) throws IOException {
            run(folder, "go", "build", "-o", "peers", ".");
        }

        @Override
        List<String> command(Path folder) {
            return List.of(folder.resolve("peers").toString());
        }
    };

    private static final int INSTALL_MINUTES = 5;

    private final String folder;
    private final List<String> programs;
    private final List<String> pins;

    /** What keeps a language from taking part. */
    static final class Missing extends Exception {
        private static final long serialVersionUID = 1L;

        Missing(String message) {
            super(message);
        }
    }

    Toolchain(String folder, List<String> programs, List<String> pins) {
        this.folder = folder;
        this.programs = programs;
        this.pins = pins;
    }

    abstract void install(Path folder) throws IOException;

    abstract List<String> command(Path folder) throws IOException;

    /** The folder with everything installed; installs it if need be. */
    Path ready() throws Missing {
        for (String program : programs) {
            if (!onPath(program)) {
                throw new Missing(program + " is not on the PATH");
            }
        }
        try {
            Path ready = Project.CACHE.resolve(folder + "-" + fingerprint());
            if (!Files.exists(ready.resolve("complete"))) {
                delete(ready);
                Files.createDirectories(ready);
                for (String pin : pins) {
                    copy(pin, ready);
                }
                install(ready);
                Files.createFile(ready.resolve("complete"));
            }
            return ready;
        } catch (IOException e) {
            throw new Missing("packages of " + folder + " cannot be installed: " + e.getMessage());
        }
    }

    ClientProgram start() throws Missing {
        Path ready = ready();
        try {
            return new ClientProgram(folder, ready, command(ready));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final Path source(String name) {
        return Project.CLIENTS.resolve(folder).resolve(name);
    }

    final void copy(String name, Path to) throws IOException {
        Files.copy(source(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private String fingerprint() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String pin : pins) {
                digest.update(Files.readAllBytes(source(pin)));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean onPath(String program) {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
    }

    static void run(Path folder, String... command) throws IOException {
        Path log = folder.resolve("install.log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try {
            if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " takes more than " + INSTALL_MINUTES + " min");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException(e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed, see " + log);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
