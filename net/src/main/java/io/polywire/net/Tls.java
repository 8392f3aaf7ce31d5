package io.polywire.net;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** TLS 1.2 and 1.3 from PEM files. */
public final class Tls {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** Clients choose; one that offers neither is served as its first octets want. */
    private static final ApplicationProtocolConfig HTTP = new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2,
            ApplicationProtocolNames.HTTP_1_1);

    private Tls() {}

    /**
     * The server's side.
     *
     * @param chain PEM file with the certificate and its issuers
     * @param key PEM file with the PKCS#8 private key, unencrypted
     * @param clientCa PEM file with the authorities that may sign client certificates, null to ask for none
     * @param clientRequired whether a client must have a certificate
     */
    public record Server(Path chain, Path key, @Nullable Path clientCa, boolean clientRequired) {
        /** Without client certificates. */
        public Server(Path chain, Path key) {
            this(chain, key, null, false);
        }

        /** @param http whether HTTP is served, in either version */
        SslContext context(boolean http) {
            readable("certificate chain", chain);
            readable("private key", key);
            try {
                SslContextBuilder builder = SslContextBuilder.forServer(chain.toFile(), key.toFile())
                        .sslProvider(SslProvider.JDK)
                        .protocols(VERSIONS)
                        .applicationProtocolConfig(http ? HTTP : ApplicationProtocolConfig.DISABLED);
                if (clientCa != null) {
                    readable("client authority", clientCa);
                    builder.trustManager(clientCa.toFile())
                            .clientAuth(clientRequired ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
                }
                return builder.build();
            } catch (SSLException | IllegalArgumentException e) {
                throw new NetException("TLS with certificate " + chain + " and key " + key + ": " + text(e), e);
            }
        }
    }

    /**
     * The client's side; the server's name is always verified.
     *
     * @param ca PEM file with the authorities to trust, null for those of the JDK
     * @param chain PEM file with the client's certificate, null for none
     * @param key PEM file with its PKCS#8 key, null for none
     * @param serverName name to send and verify, null for the host that is connected to
     * @param java trust and keys as the JDK has them, used instead of the files; null for those
     */
    public record Client(
            @Nullable Path ca,
            @Nullable Path chain,
            @Nullable Path key,
            @Nullable String serverName,
            @Nullable SSLContext java) {
        /** From files. */
        public Client(@Nullable Path ca, @Nullable Path chain, @Nullable Path key, @Nullable String serverName) {
            this(ca, chain, key, serverName, null);
        }

        /** Trusts the authorities of the JDK. */
        public static final Client DEFAULT = new Client(null, null, null, null);

        /** Trusts the authorities in the file. */
        public static Client trusting(Path ca) {
            return new Client(ca, null, null, null);
        }

        /** Trusts whom the context trusts, and has its keys. */
        public static Client of(SSLContext java) {
            return new Client(null, null, null, null, java);
        }

        SslContext context() {
            if (java != null) {
                return new JdkSslContext(
                        java, true, null, IdentityCipherSuiteFilter.INSTANCE, null, ClientAuth.NONE, VERSIONS, false);
            }
            try {
                SslContextBuilder builder = SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .protocols(VERSIONS)
                        .endpointIdentificationAlgorithm("HTTPS");
                if (ca != null) {
                    readable("authority", ca);
                    builder.trustManager(ca.toFile());
                }
                if (chain != null && key != null) {
                    readable("certificate chain", chain);
                    readable("private key", key);
                    builder.keyManager(chain.toFile(), key.toFile());
                }
                return builder.build();
            } catch (SSLException | IllegalArgumentException e) {
                throw new NetException("TLS of the client: " + text(e), e);
            }
        }
    }

    private static void readable(String what, Path file) {
        if (!Files.isReadable(file)) {
            throw new NetException(what + " " + file + " cannot be read");
        }
    }

    private static String text(Throwable e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return String.valueOf(cause.getMessage());
    }
}
