package io.polywire.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Match;
import io.polywire.model.Reasons;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RealmsTest {
    private static final RealmTemplate TENANTS =
            new RealmTemplate("tenant.", Match.PREFIX, RealmOptions.DEFAULT, 2, Duration.ofSeconds(60));

    private final FakeWorld world = new FakeWorld(1);
    private final Realms realms = new Realms(
            List.of(TENANTS),
            (name, options) -> new HostedRealm(new Realm(name, options, world), Runnable::run, () -> true));

    private HostedRealm find(String name) {
        return Objects.requireNonNull(realms.find(name));
    }

    private static Peer join(HostedRealm realm) {
        return new Peer(realm.realm(), new Identity("a", "a", "anonymous", "static", Map.of()), Peer.ALL_FEATURES);
    }

    @Test
    void aTemplateMakesARealmOnce() {
        assertSame(find("tenant.a"), find("tenant.a"));
        assertNotSame(find("tenant.a"), find("tenant.b"));
        assertNull(realms.find("other"));
    }

    @Test
    void aTemplateMakesOnlySoManyRealmsAtATime() {
        find("tenant.a");
        find("tenant.b");
        assertNull(realms.find("tenant.c"));
        assertTrue(realms.close("tenant.a", "gone"));
        assertNotNull(realms.find("tenant.c"));
        assertNull(realms.find("tenant.d"));
    }

    @Test
    void aRealmMadeOnDemandIsForgottenWhenNobodyIsThereForLong() {
        HostedRealm first = find("tenant.a");
        Peer peer = join(first);
        world.advance(120_000);
        assertSame(first, find("tenant.a"), "somebody is there");
        peer.session.leave();
        world.advance(59_000);
        Peer again = join(first);
        again.session.leave();
        world.advance(59_000);
        assertSame(first, find("tenant.a"), "the time begins again");
        world.advance(1_000);
        JoinRefused refused = assertThrows(JoinRefused.class, () -> join(first));
        assertEquals(Reasons.NO_SUCH_REALM, refused.reason());
        assertNotSame(first, find("tenant.a"));
    }

    @Test
    void realmsOfATemplateRememberEachForItself() {
        HistoryRules history = new HistoryRules(List.of(HistoryRules.Rule.each("", 5)), new EventStore.InMemory());
        RealmTemplate template = new RealmTemplate(
                "", Match.PREFIX, RealmOptions.DEFAULT.withHistory(history), 9, Duration.ofSeconds(1));
        Realms all = new Realms(
                List.of(template),
                (name, options) -> new HostedRealm(new Realm(name, options, world), Runnable::run, () -> true));
        Peer a = join(Objects.requireNonNull(all.find("a")));
        Peer b = join(Objects.requireNonNull(all.find("b")));
        a.publish("com.x", RealmFixture.dict(), "secret");
        b.subscribe("com.x", "get_retained", true);
        b.nothing();
    }

    @Test
    void closingARealmSaysGoodbyeToItsSessions() {
        Peer peer = join(find("tenant.a"));
        assertTrue(realms.close("tenant.a", "removed"));
        assertEquals(Reasons.CLOSE_REALM, Objects.requireNonNull(peer.ended).reason());
        assertFalse(realms.close("tenant.a", "removed"));
        assertEquals(0, world.timers());
    }
}
