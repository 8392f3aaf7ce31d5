package io.polywire.router;

import io.polywire.model.Dict;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A realm and its peers, for tests. */
abstract class RealmFixture {
    final FakeWorld world = new FakeWorld(42);
    Realm realm = new Realm("realm1", RealmOptions.DEFAULT, world);
    private int peers;

    /** The tests' realm is another one from now on. */
    void realm(RealmOptions options) {
        realm = new Realm("realm1", options, world);
    }

    Peer peer() {
        return peer("user" + ++peers, "user", Peer.ALL_FEATURES);
    }

    /** One of the basic profile. */
    Peer plain() {
        return peer("user" + ++peers, "user", Peer.NO_FEATURES);
    }

    Peer peer(String authid, String authrole, Dict details) {
        return new Peer(realm, new Identity(authid, authrole, "anonymous", "static", Map.of()), details);
    }

    static Dict dict(@Nullable Object... pairs) {
        return Peer.dict(pairs);
    }
}
