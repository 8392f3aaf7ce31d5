package io.polywire.wamp.door;

import io.polywire.codec.Codecs;
import io.polywire.net.HttpAnswer;
import io.polywire.net.HttpDoor;
import io.polywire.net.HttpRequest;
import io.polywire.net.HttpResponse;
import io.polywire.net.Loop;
import io.polywire.net.Peer;
import io.polywire.net.StreamDoor;
import io.polywire.net.StreamHandler;
import io.polywire.net.WebSocketSettings;
import io.polywire.router.Realms;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets WAMP clients in: over WebSocket with one of the six subprotocols, and over RawSocket.
 *
 * <p>Thread-safe: connections of several loops may come through one door. What they share is per loop.
 */
public final class WampDoor implements HttpDoor, StreamDoor {
    private final Realms realms;
    private final Admission admission;
    private final WampDoorSettings settings;
    private final WebSocketSettings webSocket;
    private final Map<Loop, LoopShare> shares = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Predicate<Peer> handshakes = peer -> true;

    public WampDoor(Realms realms, Admission admission, WampDoorSettings settings) {
        this.realms = realms;
        this.admission = admission;
        this.settings = settings;
        this.webSocket = WebSocketSettings.ofLimit(settings.messageLimit())
                .withPing(settings.keepalive(), 2)
                .withDeflate(settings.deflate());
    }

    /** Connections at this moment, joined or not. */
    public int connections() {
        return connections.get();
    }

    /** About how many octets wait for clients that read slowly. */
    public long queuedOctets() {
        return shares.values().stream().mapToLong(LoopShare::queued).sum();
    }

    /**
     * Takes requests for the door's path, and upgrades elsewhere that ask for a WAMP subprotocol.
     *
     * @return null for all others
     */
    @Override
    public @Nullable HttpAnswer answer(HttpRequest request) {
        Subprotocol chosen = Subprotocol.choose(request.subprotocols());
        boolean upgrade = request.upgrade() != HttpRequest.Upgrade.NONE;
        if (!request.path().equals(settings.path()) && !(upgrade && chosen != null)) {
            return null;
        }
        if (upgrade && chosen == null) {
            return HttpResponse.text(400, "no WAMP subprotocol among those offered");
        }
        if (chosen == null) {
            return HttpResponse.text(426, "this is a WAMP endpoint: connect by WebSocket");
        }
        if (!settings.origins().allow(request)) {
            return HttpResponse.text(403, "web pages of this origin may not connect");
        }
        Visit visit = Visit.of(request, admission.tracks());
        return new HttpAnswer.Upgrade(new WebSocketPeer(this, chosen, visit), webSocket, chosen.token, visit.answer());
    }

    @Override
    public StreamHandler accept(Peer peer) {
        return new RawSocketPeer(this, !mayShakeHands(peer));
    }

    /**
     * From now on handshakes that this function refuses are answered with an error: those of RawSocket, and each HELLO on a
     * connection but the first. Upgrades to WebSocket are counted before this door, see {@link io.polywire.net.Rates#limit}.
     *
     * @param allowed called on threads of event loops; must not block
     */
    public void handshakes(Predicate<Peer> allowed) {
        handshakes = allowed;
    }

    boolean mayShakeHands(Peer peer) {
        return handshakes.test(peer);
    }

    WampConnection open(Wire wire, Visit visit) {
        connections.incrementAndGet();
        LoopShare share =
                shares.computeIfAbsent(wire.connection().loop(), loop -> new LoopShare(settings.queueBudget()));
        return new WampConnection(
                wire, Codecs.of(wire.serialization()), visit, this, share, connections::decrementAndGet);
    }

    Realms realms() {
        return realms;
    }

    Admission admission() {
        return admission;
    }

    WampDoorSettings settings() {
        return settings;
    }
}
