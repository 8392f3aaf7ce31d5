package io.polywire.store;

import io.polywire.codec.Values;
import io.polywire.model.Serialization;
import io.polywire.wamp.auth.Cookies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Authentications that cookies stand for, over restarts. */
public final class StoredCookies implements Cookies {
    private final Table table;

    public StoredCookies(Store store) {
        this.table = store.table("cookies");
    }

    @Override
    public void remember(String key, Remembered who, Duration life) {
        byte[] value = Values.write(Serialization.CBOR, List.of(who.authid(), who.role(), who.provider()));
        table.put(key, value, Instant.now().plus(life)).join();
    }

    @Override
    public @Nullable Remembered find(String key) {
        byte[] value = table.get(key);
        return value != null
                        && Values.read(Serialization.CBOR, value, 0, value.length) instanceof List<?> list
                        && list.get(0) instanceof String authid
                        && list.get(1) instanceof String role
                        && list.get(2) instanceof String provider
                ? new Remembered(authid, role, provider)
                : null;
    }
}
