package io.polywire.wasm;

import io.polywire.wasm.module.FuncType;
import io.polywire.wasm.module.Module.Export;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What modules may import, by module and field name. Later definitions replace earlier ones. Not thread-safe. */
public final class Imports {
    private record Key(String module, String name) {}

    private final Map<Key, Extern> externs = new HashMap<>();

    /** Defines a function of the host. */
    public Imports func(String module, String name, FuncType type, HostFunction function) {
        return define(module, name, new Extern.Host(type, function));
    }

    /** Defines anything. */
    public Imports define(String module, String name, Extern extern) {
        externs.put(new Key(module, name), extern);
        return this;
    }

    /** Defines all exports of an instance under a module name. */
    public Imports instance(String module, Instance instance) {
        for (Export e : instance.module().exports()) {
            define(module, e.name(), instance.extern(e));
        }
        return this;
    }

    /** What is defined under this name, null if nothing. */
    public @Nullable Extern find(String module, String name) {
        return externs.get(new Key(module, name));
    }
}
