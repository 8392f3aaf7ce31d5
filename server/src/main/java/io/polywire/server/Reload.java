package io.polywire.server;

import io.polywire.server.config.RealmSettings;
import io.polywire.server.config.ServerSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a changed configuration means for a server that runs.
 *
 * @param settings what is in force when it was applied: the new file, but for what needs a restart
 * @param added realms to be made
 * @param removed realms to be closed
 * @param changed realms whose rules, users or limits are others
 * @param applied in words
 * @param needsRestart in words
 */
record Reload(
        ServerSettings settings,
        List<RealmSettings> added,
        List<String> removed,
        List<RealmSettings> changed,
        List<String> applied,
        List<String> needsRestart) {

    static Reload of(ServerSettings now, ServerSettings next) {
        List<String> applied = new ArrayList<>();
        List<String> restart = new ArrayList<>();
        differs("data", now.data(), next.data(), restart);
        differs("listeners", now.listeners(), next.listeners(), restart);
        differs("attempts", now.attempts(), next.attempts(), restart);
        differs("admin_realm", now.adminRealm(), next.adminRealm(), restart);
        differs("log.format", now.log().format(), next.log().format(), restart);
        differs("log.audit", now.log().audit(), next.log().audit(), restart);
        differs("metrics", now.watch().metrics(), next.watch().metrics(), restart);
        differs("slow_call", now.watch().slowCall(), next.watch().slowCall(), restart);
        Map<String, @Nullable Object> doors = next.doors().byKey();
        now.doors().byKey().forEach((key, door) -> differs(key, door, doors.get(key), restart));
        Map<String, RealmSettings> before = byName(now.realms());
        Map<String, RealmSettings> after = byName(next.realms());
        List<RealmSettings> realms = new ArrayList<>();
        List<RealmSettings> added = new ArrayList<>();
        List<RealmSettings> changed = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        for (RealmSettings realm : next.realms()) {
            RealmSettings old = before.get(realm.name());
            if (old == null) {
                added.add(realm);
                realms.add(realm);
                applied.add("realm " + realm.name() + " added");
            } else {
                RealmSettings as = keepingHistory(old, realm, restart);
                realms.add(as);
                if (!as.equals(old)) {
                    changed.add(as);
                    applied.add("realm " + realm.name() + ": " + String.join(", ", changes(old, as)));
                }
            }
        }
        Set<String> needed = needed(now);
        for (RealmSettings realm : now.realms()) {
            if (!after.containsKey(realm.name())) {
                if (needed.contains(realm.name())) {
                    realms.add(realm);
                    restart.add("realm " + realm.name() + " removed: a door or the administration is in it");
                } else {
                    removed.add(realm.name());
                    applied.add("realm " + realm.name() + " removed");
                }
            }
        }
        if (!now.templates().equals(next.templates())) {
            applied.add("templates: for realms that are made from now on");
        }
        if (now.log().level() != next.log().level()) {
            applied.add("log.level");
        }
        ServerSettings inForce = now.withRealms(realms, next.templates())
                .withLog(now.log().withLevel(next.log().level()));
        return new Reload(inForce, added, removed, changed, applied, restart);
    }

    private static void differs(String key, @Nullable Object now, @Nullable Object next, List<String> restart) {
        if (!Objects.equals(now, next)) {
            restart.add(key);
        }
    }

    private static Map<String, RealmSettings> byName(List<RealmSettings> realms) {
        Map<String, RealmSettings> all = new LinkedHashMap<>();
        realms.forEach(realm -> all.put(realm.name(), realm));
        return all;
    }

    /** Realms that are in use by more than their sessions. */
    private static Set<String> needed(ServerSettings now) {
        Set<String> names = new TreeSet<>();
        if (now.adminRealm() != null) {
            names.add(now.adminRealm());
        }
        now.doors().realms().values().forEach(names::addAll);
        return names;
    }

    private static RealmSettings keepingHistory(RealmSettings old, RealmSettings next, List<String> restart) {
        if (old.history().equals(next.history()) && old.historyCaps().equals(next.historyCaps())) {
            return next;
        }
        restart.add("realm " + old.name() + ": history");
        return next.withHistory(old.history(), old.historyCaps());
    }

    private static List<String> changes(RealmSettings old, RealmSettings next) {
        List<String> all = new ArrayList<>();
        if (!old.roles().equals(next.roles())) {
            all.add("roles");
        }
        if (!old.users().equals(next.users())) {
            all.add("users");
        }
        if (!old.authentication().equals(next.authentication())
                || !Objects.equals(old.anonymousRole(), next.anonymousRole())) {
            all.add("authentication");
        }
        if (!old.options().limits().equals(next.options().limits())) {
            all.add("limits");
        }
        if (!old.options()
                .withLimits(next.options().limits())
                .withRoleLimits(next.options().roleLimits())
                .equals(next.options())) {
            all.add("options");
        }
        return all.isEmpty() ? List.of("limits of roles") : all;
    }
}
