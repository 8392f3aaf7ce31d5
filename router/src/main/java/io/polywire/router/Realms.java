package io.polywire.router;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The realms of a router, by name. Thread-safe. */
public final class Realms {
    private final ConcurrentHashMap<String, HostedRealm> byName = new ConcurrentHashMap<>();
    private volatile Predicate<String> onDemand = name -> false;

    /**
     * @param names of realms that are made when a client was admitted to them: whoever admits it adds them
     */
    public void onDemand(Predicate<String> names) {
        onDemand = names;
    }

    /** Whether there is a realm of that name, or may be once a client was admitted to it. */
    public boolean has(String name) {
        return byName.containsKey(name) || onDemand.test(name);
    }

    /**
     * @throws IllegalArgumentException if there is a realm of that name
     */
    public void add(HostedRealm realm) {
        String name = realm.realm().name();
        if (byName.putIfAbsent(name, realm) != null) {
            throw new IllegalArgumentException("realm " + name + " exists");
        }
    }

    /** Null if there is none of that name. */
    public @Nullable HostedRealm find(String name) {
        return byName.get(name);
    }

    /** Takes a realm out: nobody can join it any more; those in it stay until it is closed. */
    public @Nullable HostedRealm remove(String name) {
        return byName.remove(name);
    }

    public Collection<HostedRealm> all() {
        return List.copyOf(byName.values());
    }
}
