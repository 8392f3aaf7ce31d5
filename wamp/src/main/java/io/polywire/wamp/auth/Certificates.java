package io.polywire.wamp.auth;

import io.polywire.net.Peer;
import io.polywire.wamp.crypto.Crypto;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Certificates of TLS clients. TLS has verified them, so having one is proof enough. */
final class Certificates {
    private Certificates() {}

    /** The client's, null if it has none or the connection has no TLS. */
    static @Nullable X509Certificate of(Peer peer) {
        SSLSession tls = peer.tls();
        if (tls == null) {
            return null;
        }
        try {
            Certificate[] chain = tls.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** SHA-256 of the DER form in hexadecimal. */
    static String fingerprint(X509Certificate certificate) {
        try {
            return Crypto.hex(Crypto.sha256(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e); // It was decoded from there.
        }
    }

    /** Null if the subject has none. */
    static @Nullable String commonName(X509Certificate certificate) {
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns()
                    .reversed()) {
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
                    return name;
                }
            }
        } catch (InvalidNameException e) {
            return null;
        }
        return null;
    }
}
