package io.polywire.wasm;

import io.polywire.wasm.module.FuncType;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/** Makes equal function types the same object, so that indirect calls compare them by identity. Thread-safe. */
final class Types {
    private static final Map<FuncType, WeakReference<FuncType>> KNOWN = new WeakHashMap<>();

    private Types() {}

    static FuncType intern(FuncType type) {
        synchronized (KNOWN) {
            WeakReference<FuncType> r = KNOWN.get(type);
            FuncType known = r == null ? null : r.get();
            if (known == null) {
                known = type;
                KNOWN.put(type, new WeakReference<>(type));
            }
            return known;
        }
    }
}
