package io.polywire.wamp.embed;

import io.polywire.net.Loop;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import io.polywire.wamp.client.link.Link;
import io.polywire.wamp.client.link.LinkHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens links into realms of this process, and counts them. Thread-safe. */
final class InProcess {
    private final AtomicInteger open = new AtomicInteger();

    int count() {
        return open.get();
    }

    /**
     * @param loop the realm's
     */
    CompletableFuture<Link> open(HostedRealm realm, Loop loop, Identity identity, LinkHandler handler) {
        CompletableFuture<Link> opened = new CompletableFuture<>();
        RealmLink link = new RealmLink(realm.realm(), loop, identity, handler, open::decrementAndGet);
        loop.execute(() -> {
            if (opened.isCancelled()) {
                return;
            }
            open.incrementAndGet();
            handler.opened(link);
            opened.complete(link);
        });
        return opened;
    }
}
