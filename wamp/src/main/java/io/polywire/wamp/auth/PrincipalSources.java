package io.polywire.wamp.auth;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Several sources, asked one after the other. */
record PrincipalSources(List<PrincipalSource> sources) implements PrincipalSource {
    @Override
    public @Nullable Principal find(String realm, String authid) {
        return first(source -> source.find(realm, authid));
    }

    @Override
    public @Nullable Principal byKey(String realm, String key) {
        return first(source -> source.byKey(realm, key));
    }

    @Override
    public @Nullable Principal near(String realm, String text) {
        int size = sources.size();
        int start = size == 0 ? 0 : Math.floorMod(text.hashCode(), size);
        for (int i = 0; i < size; i++) {
            Principal found = sources.get((start + i) % size).near(realm, text);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Principal first(Function<PrincipalSource, @Nullable Principal> ask) {
        for (PrincipalSource source : sources) {
            Principal found = ask.apply(source);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
