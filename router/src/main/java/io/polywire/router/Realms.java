package io.polywire.router;

import io.polywire.model.Reasons;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The realms of a router, by name: those that were added, and those that templates make on demand. Thread-safe. */
public final class Realms {
    private final ConcurrentHashMap<String, HostedRealm> byName = new ConcurrentHashMap<>();
    private final List<RealmTemplate> templates;
    private final BiFunction<String, RealmOptions, HostedRealm> host;
    private volatile Predicate<String> onDemand = name -> false;
    private final Map<RealmTemplate, Integer> made = new HashMap<>(); // guarded by this

    /** No templates. */
    public Realms() {
        this(List.of(), (name, options) -> {
            throw new IllegalStateException("no templates");
        });
    }

    /**
     * @param templates the first one that covers a name makes its realm
     * @param host makes a realm and chooses its thread; called by whoever asks for the realm, so it must not block
     */
    public Realms(List<RealmTemplate> templates, BiFunction<String, RealmOptions, HostedRealm> host) {
        this.templates = List.copyOf(templates);
        this.host = host;
    }

    /**
     * For programs that make realms on demand themselves.
     *
     * @param names of realms that are made when a client was admitted to them: whoever admits it adds them
     */
    public void onDemand(Predicate<String> names) {
        onDemand = names;
    }

    /** Whether there is a realm of that name, or may be once a client was admitted to it. */
    public boolean has(String name) {
        return byName.containsKey(name)
                || onDemand.test(name)
                || templates.stream().anyMatch(template -> template.covers(name));
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

    /** The realm of that name, made by a template if need be; null if there is none. */
    public @Nullable HostedRealm find(String name) {
        HostedRealm known = byName.get(name);
        return known != null || templates.isEmpty() ? known : onDemand(name);
    }

    private synchronized @Nullable HostedRealm onDemand(String name) {
        HostedRealm known = byName.get(name);
        if (known != null) {
            return known;
        }
        for (RealmTemplate template : templates) {
            if (template.covers(name)) {
                return made.getOrDefault(template, 0) < template.limit() ? make(name, template) : null;
            }
        }
        return null;
    }

    private HostedRealm make(String name, RealmTemplate template) {
        RealmOptions options = template.options();
        HistoryRules own = new HistoryRules(options.history().topics(), new EventStore.InMemory());
        HostedRealm hosted = host.apply(name, options.withHistory(own));
        byName.put(name, hosted);
        made.merge(template, 1, Integer::sum);
        hosted.run(
                () -> hosted.realm().closeWhenIdle(template.idle().toMillis(), () -> forget(name, hosted, template)));
        return hosted;
    }

    private synchronized void forget(String name, HostedRealm realm, RealmTemplate template) {
        byName.remove(name, realm);
        made.computeIfPresent(template, (t, count) -> count - 1);
    }

    /** Takes a realm out: nobody can join it any more; those in it stay until it is closed. */
    public @Nullable HostedRealm remove(String name) {
        return byName.remove(name);
    }

    /**
     * Takes a realm out and says GOODBYE to its sessions, with {@code wamp.close.close_realm}.
     *
     * @param message a text for them
     * @return false if there was none of that name
     */
    public boolean close(String name, String message) {
        HostedRealm realm = byName.remove(name);
        if (realm != null) {
            realm.run(() -> realm.realm().close(Reasons.CLOSE_REALM, message));
        }
        return realm != null;
    }

    public Collection<HostedRealm> all() {
        return List.copyOf(byName.values());
    }
}
