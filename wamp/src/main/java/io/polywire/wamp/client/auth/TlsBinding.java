package io.polywire.wamp.client.auth;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLException;

/** The channel binding {@code tls-exporter} (RFC 9266, section 2). */
final class TlsBinding {
    static final String TYPE = "tls-exporter";
    private static final int OCTETS = 32;

    private TlsBinding() {}

    static byte[] of(Authenticator.Context context) {
        if (!(context.tls() instanceof ExtendedSSLSession tls)) {
            throw new AuthenticationException("channel binding needs TLS");
        }
        try {
            return tls.exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], OCTETS);
        } catch (SSLException | UnsupportedOperationException e) {
            throw new AuthenticationException("this TLS session has no channel binding", e);
        }
    }
}
