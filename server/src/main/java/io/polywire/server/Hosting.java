package io.polywire.server;

import io.polywire.model.Reasons;
import io.polywire.net.Loop;
import io.polywire.net.Loops;
import io.polywire.router.EventStore;
import io.polywire.router.HistoryRules;
import io.polywire.router.HostedRealm;
import io.polywire.router.LoopEnvironment;
import io.polywire.router.Realm;
import io.polywire.router.RealmOptions;
import io.polywire.router.Realms;
import io.polywire.server.access.RoleAuthorizer;
import io.polywire.server.config.RealmSettings;
import io.polywire.server.config.TemplateSettings;
import io.polywire.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes realms: those of the configuration, and those of templates on demand, which go again when they were empty for a while.
 *
 * <p>Thread-safe; making a realm with a stored history blocks.
 */
final class Hosting {
    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final Loops loops;
    private final @Nullable Store store;
    private final Realms realms = new Realms();
    private final Map<Loop, LoopEnvironment> environments = new HashMap<>();
    private final Map<String, Made> made = new ConcurrentHashMap<>();
    private volatile List<TemplateSettings> templates = List.of();
    private final Consumer<Realm> watch;
    private boolean sweeping;

    /** A realm of a template. */
    private static final class Made {
        final HostedRealm realm;
        final TemplateSettings template;
        long emptySince = System.nanoTime();

        Made(HostedRealm realm, TemplateSettings template) {
            this.realm = realm;
            this.template = template;
        }
    }

    /** @param watch told of each realm when it is made */
    Hosting(Loops loops, @Nullable Store store, Consumer<Realm> watch) {
        this.watch = watch;
        this.loops = loops;
        this.store = store;
        realms.onDemand(name -> template(name) != null);
    }

    Realms realms() {
        return realms;
    }

    void templates(List<TemplateSettings> all) {
        templates = List.copyOf(all);
    }

    /** The settings of a realm that a template makes; null if none does. */
    @Nullable
    RealmSettings ofTemplate(String name) {
        TemplateSettings template = template(name);
        return template == null ? null : template.realm().named(name);
    }

    private @Nullable TemplateSettings template(String name) {
        for (TemplateSettings template : templates) {
            if (template.covers(name)) {
                return template;
            }
        }
        return null;
    }

    /** Adds a realm. */
    synchronized HostedRealm add(RealmSettings settings) {
        Loop loop = loops.next();
        LoopEnvironment environment = environments.computeIfAbsent(loop, Hosting::environment);
        HostedRealm realm =
                new HostedRealm(new Realm(settings.name(), options(settings), environment), loop, loop::inLoop);
        watch.accept(realm.realm());
        realms.add(realm);
        return realm;
    }

    /** What a realm is made with. */
    private RealmOptions options(RealmSettings settings) {
        List<HistoryRules.Rule> rules = settings.history();
        EventStore events = store == null || rules.isEmpty()
                ? new EventStore.InMemory(settings.historyCaps())
                : store.events(settings.name(), rules, settings.historyCaps());
        return settings.options()
                .withAuthorizer(RoleAuthorizer.of(settings.roles()))
                .withHistory(new HistoryRules(rules, events));
    }

    /** Lets a realm go on by other rules; its sessions stay. */
    void change(RealmSettings settings) {
        HostedRealm realm = realms.find(settings.name());
        if (realm != null) {
            RealmOptions options = settings.options().withAuthorizer(RoleAuthorizer.of(settings.roles()));
            realm.run(() -> realm.realm().options(options));
        }
    }

    private static LoopEnvironment environment(Loop loop) {
        return new LoopEnvironment((task, millis) -> loop.schedule(task, Duration.ofMillis(millis)));
    }

    /** Makes the realm if a template has it and it is not there; false if there are too many. */
    synchronized boolean open(String name) {
        if (realms.find(name) != null) {
            return true;
        }
        TemplateSettings template = template(name);
        if (template == null
                || made.values().stream()
                                .filter(one -> one.template.equals(template))
                                .count()
                        >= template.most()) {
            return false;
        }
        made.put(name, new Made(add(template.realm().named(name)), template));
        if (!sweeping) {
            sweeping = true;
            later();
        }
        return true;
    }

    private void later() {
        var _ = loops.all().getFirst().schedule(() -> Thread.startVirtualThread(this::sweep), SWEEP);
    }

    /** Removes realms of templates that were empty for long enough. */
    private synchronized void sweep() {
        long now = System.nanoTime();
        for (Map.Entry<String, Made> entry : List.copyOf(made.entrySet())) {
            Made one = entry.getValue();
            one.realm.run(() -> {
                if (one.realm.realm().sessionCount() > 0) {
                    one.emptySince = System.nanoTime();
                } else if (now - one.emptySince >= one.template.linger().toNanos()) {
                    remove(entry.getKey());
                }
            });
        }
        sweeping = !made.isEmpty();
        if (sweeping) {
            later();
        }
    }

    /** Takes a realm out and ends its sessions. */
    void remove(String name) {
        made.remove(name);
        HostedRealm gone = realms.remove(name);
        if (gone != null) {
            gone.run(() -> gone.realm().close(Reasons.CLOSE_REALM, "the realm is removed"));
        }
    }

    /** Ends all sessions. */
    void close() {
        for (HostedRealm realm : new ArrayList<>(realms.all())) {
            realm.run(() -> realm.realm().close(Reasons.SYSTEM_SHUTDOWN, "the router is stopping"));
        }
    }
}
