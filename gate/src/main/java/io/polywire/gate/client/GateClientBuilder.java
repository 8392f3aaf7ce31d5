package io.polywire.gate.client;

import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What a client has to know. For one thread. */
public final class GateClientBuilder {
    private final URI address;
    private @Nullable Identity identity;
    private @Nullable SSLContext tls;
    private String authority = "";
    private Duration timeout = Duration.ofSeconds(10);

    GateClientBuilder(URI address) {
        String scheme = address.getScheme();
        if (address.getHost() == null || scheme == null || !scheme.matches("https?")) {
            throw new IllegalArgumentException(address + " is not http://HOST or https://HOST, with or without :PORT");
        }
        this.address = address;
    }

    /** Who asks; without one it is nobody. */
    public GateClientBuilder identity(Identity owner) {
        identity = owner;
        return this;
    }

    /**
     * By what name the server goes, in case it is not that of the address.
     *
     * @param name host, and port if the server's name has one
     */
    public GateClientBuilder authority(String name) {
        authority = name;
        return this;
    }

    /** Whom to trust; without it whom Java trusts. */
    public GateClientBuilder tls(SSLContext context) {
        tls = context;
        return this;
    }

    /** How long connecting may take; ten seconds unless told. */
    public GateClientBuilder connectTimeout(Duration longest) {
        timeout = longest;
        return this;
    }

    /** The client, which connects when it is used. */
    public GateClient build() {
        try {
            SSLContext context = tls == null ? SSLContext.getDefault() : tls;
            return new GateClient(new Transport(address, identity, authority, context, timeout));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java's own trust cannot be loaded", e);
        }
    }
}
