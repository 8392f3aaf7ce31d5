package io.polywire.gate.bridge;

import io.polywire.gate.service.GuestLink;
import io.polywire.gate.service.GuestService;
import io.polywire.gate.service.GuestSession;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The service "wamp": lets programs call, publish, subscribe and register in a realm. Each instance that discovers it is a
 * session of the realm, which stays while the instance is suspended and ends with it. Thread-safe.
 *
 * <p>Packets of the call domain carry one CBOR array, such as {@code ["call", uri, args, kwargs, options]}; replies come in
 * the order of the calls. Events and invocations come as packets of the info domain.
 */
public final class WampService implements GuestService {
    /** Events and invocations that a program has not read, past which no more are taken for it. */
    static final int MAX_QUEUED = 1000;

    private final HostedRealm realm;
    private final Function<@Nullable String, Identity> identities;

    /**
     * @param identities who a principal is in the realm; the argument is null for anonymous instances
     */
    public WampService(HostedRealm realm, Function<@Nullable String, Identity> identities) {
        this.realm = realm;
        this.identities = identities;
    }

    @Override
    public String name() {
        return "wamp";
    }

    HostedRealm realm() {
        return realm;
    }

    @Override
    public GuestSession open(GuestLink link, @Nullable Saved saved) {
        WampGuest guest = new WampGuest(this, link);
        if (saved != null) {
            guest.restore(saved);
        }
        guest.join(identities.apply(link.principal()));
        return guest;
    }
}
