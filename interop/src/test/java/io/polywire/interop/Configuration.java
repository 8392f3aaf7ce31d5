package io.polywire.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One way to be a client: language, library, transport ({@code ws}, {@code tcp}, {@code unix}) and serialization.
 * Without a toolchain it is Polywire's own client.
 */
record Configuration(@Nullable Toolchain toolchain, String library, String transport, String serialization) {
    private static final List<String> SERIALIZATIONS = List.of("json", "msgpack", "cbor");

    static List<Configuration> all() {
        List<Configuration> all = new ArrayList<>();
        for (String serialization : SERIALIZATIONS) {
            all.add(new Configuration(Toolchain.JAVASCRIPT, "autobahn", "ws", serialization));
            all.add(new Configuration(Toolchain.JAVASCRIPT, "wampy", "ws", serialization));
            for (String transport : List.of("ws", "tcp", "unix")) {
                all.add(new Configuration(Toolchain.PYTHON, "autobahn", transport, serialization));
                all.add(new Configuration(Toolchain.GO, "nexus", transport, serialization));
                all.add(new Configuration(null, "polywire", transport, serialization));
            }
        }
        return all;
    }

    /** Whether the library takes the answer to UNSUBSCRIBE: wampy 8.0.2 fails when it comes. */
    boolean unsubscribes() {
        return !library.equals("wampy");
    }

    /** A URI of its own. */
    String uri(String last) {
        return "interop." + toString().replace(' ', '.') + "." + last;
    }

    @Override
    public String toString() {
        String language = toolchain == null ? "java" : toolchain.name().toLowerCase(Locale.ROOT);
        return language + " " + library + " " + transport + " " + serialization;
    }
}
