package io.polywire.interop;

import java.nio.file.Path;

/** Where things are in the project. */
final class Project {
    static final Path ROOT =
            Path.of(System.getProperty("polywire.root", "..")).toAbsolutePath().normalize();
    /** What packaging leaves behind: lib/ and java.options. */
    static final Path APP = ROOT.resolve("server/target/app");
    /** Packages of the clients, kept from one run to the next. */
    static final Path CACHE = ROOT.resolve(".polywire/interop");

    static final Path CLIENTS = ROOT.resolve("interop/src/test/clients");
    static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private Project() {}
}
