package io.polywire.wamp.auth;

import io.polywire.model.InvalidArgument;
import io.polywire.net.Peer;
import io.polywire.wamp.crypto.Crypto;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The channel binding {@code tls-exporter} (RFC 9266). */
final class ChannelBinding {
    static final String EXPORTER = "tls-exporter";

    private ChannelBinding() {}

    /**
     * 32 octets that only the two ends of the TLS connection know; null where no binding is wanted.
     *
     * @throws InvalidArgument if this connection does not have the binding that is wanted
     */
    static byte @Nullable [] of(@Nullable String type, Peer peer) {
        if (type == null) {
            return null;
        }
        if (type.equals("tls-unique")) {
            // The JDK does not give the Finished messages away, and TLS 1.3 has no such binding.
            throw new InvalidArgument("channel binding tls-unique is not available here; " + EXPORTER + " is");
        }
        if (!type.equals(EXPORTER)) {
            throw new InvalidArgument("there is no channel binding of the type that was asked for; use " + EXPORTER);
        }
        SSLSession session = peer.tls();
        if (!(session instanceof ExtendedSSLSession tls)) {
            throw new InvalidArgument("channel binding needs a TLS connection");
        }
        try {
            return tls.exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], Crypto.SIZE);
        } catch (SSLException | UnsupportedOperationException | IllegalStateException e) {
            throw new InvalidArgument("this TLS connection has no channel binding");
        }
    }
}
