package io.polywire.gate.door;

import io.polywire.gate.host.ModuleSource;
import io.polywire.gate.message.WebApi;
import io.polywire.net.Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a request goes: the rows of the table in section A2 of the protocol reference. */
sealed interface Route {
    /** Nothing is there. */
    record Nowhere() implements Route {}

    /** A folder, as it were, that cannot be listed. */
    record Opaque() implements Route {}

    /** The names of the module sources. */
    record Sources() implements Route {}

    /** The references of who asks. */
    record Refs() implements Route {}

    /** A module by its hash. */
    record Ref(String key) implements Route {}

    /** A module of a source. */
    record Sourced(ModuleSource source, String path) implements Route {}

    /** The instances of who asks. */
    record Instances() implements Route {}

    /** One instance. */
    record OneInstance(String id) implements Route {}

    /** The route of a path below the API's; the path begins behind it. */
    static Route of(String path, List<ModuleSource> sources) {
        return switch (path) {
            case "", "module", "module/sha384", "instance" -> new Opaque();
            case "module/" -> new Sources();
            case "module/sha384/" -> new Refs();
            case "instance/" -> new Instances();
            default -> {
                if (path.startsWith("module/sha384/")) {
                    yield new Ref(path.substring("module/sha384/".length()));
                }
                if (path.startsWith("instance/")) {
                    yield new OneInstance(path.substring("instance/".length()));
                }
                Route sourced = sourced(path, sources);
                yield sourced == null ? new Nowhere() : sourced;
            }
        };
    }

    private static @Nullable Route sourced(String path, List<ModuleSource> sources) {
        for (ModuleSource source : sources) {
            String folder = "module/" + source.name();
            if (path.equals(folder) || path.equals(folder + "/")) {
                return new Opaque();
            }
            if (path.startsWith(folder + "/")) {
                return new Sourced(source, path.substring(folder.length() + 1));
            }
        }
        return null;
    }

    /** Methods that it has. */
    default String methods() {
        return switch (this) {
            case Nowhere n -> "";
            case Opaque o -> "OPTIONS";
            case Sources s -> "GET, HEAD, OPTIONS";
            case Refs r -> "GET, HEAD, OPTIONS";
            case Instances i -> "GET, HEAD, OPTIONS";
            case Ref r -> "GET, HEAD, OPTIONS, POST, PUT";
            case Sourced s -> "GET, OPTIONS, POST";
            case OneInstance i -> "GET, OPTIONS, POST";
        };
    }

    /** Whether it has that method. */
    default boolean has(String method) {
        return List.of(methods().split(", ")).contains(method);
    }

    /** What answers say to pages of other origins. */
    default Headers cors() {
        return switch (this) {
            case Nowhere n -> Headers.EMPTY;
            case Opaque o -> cors("GET, HEAD, OPTIONS", "", "");
            case Sources s -> cors(methods(), "", "");
            case Refs r -> cors(methods(), WebApi.HEADER_AUTHORIZATION, "");
            case Instances i -> cors(methods(), WebApi.HEADER_AUTHORIZATION, "");
            case Ref r -> cors(methods(), "Authorization, Content-Type", "Location, X-Gate-Instance, X-Gate-Status");
            case Sourced s ->
                cors("OPTIONS, POST", WebApi.HEADER_AUTHORIZATION, "Location, X-Gate-Instance, X-Gate-Status");
            case OneInstance i -> cors("OPTIONS, POST", "Authorization, Content-Type", WebApi.HEADER_STATUS);
        };
    }

    private static Headers cors(String methods, String headers, String exposed) {
        Headers all = Headers.of(
                "Access-Control-Allow-Methods", methods,
                "Access-Control-Allow-Origin", "*",
                "Access-Control-Max-Age", "86400");
        if (!headers.isEmpty()) {
            all = all.with("Access-Control-Allow-Headers", headers);
        }
        return exposed.isEmpty() ? all : all.with("Access-Control-Expose-Headers", exposed);
    }
}
