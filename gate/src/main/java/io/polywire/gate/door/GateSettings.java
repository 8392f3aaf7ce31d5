package io.polywire.gate.door;

import io.polywire.gate.host.HostSettings;
import io.polywire.gate.host.ModuleSource;
import io.polywire.gate.message.WebApi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a door lets in and keeps.
 *
 * @param prefix path in front of {@code /gate-0/}; empty, or with a slash at its beginning and none at its end
 * @param authority host, and port if clients have to name it, under which clients know the server: part of the audience
 *     {@code https://AUTHORITY/gate-0/} of tokens
 * @param policy who is let in
 * @param data folder for what has to outlive the server; null: nothing does
 * @param host limits, and what becomes of interrupted instances
 * @param sources of modules, besides uploads
 * @param uploads octets of uploads that may be in memory at a time; past it clients are asked to come again later
 * @param patience how long a client may leave an upload or its first WebSocket message without progress before it is cut
 *     off
 * @param threads that run programs; 0: one for each processor
 */
public record GateSettings(
        String prefix,
        String authority,
        AccessPolicy policy,
        @Nullable Path data,
        HostSettings host,
        List<ModuleSource> sources,
        long uploads,
        Duration patience,
        int threads) {
    /** For a server on the loopback: everybody is let in, nothing is kept. */
    public static final GateSettings DEFAULT = new GateSettings(
            "",
            "127.0.0.1",
            AccessPolicy.PUBLIC,
            null,
            HostSettings.DEFAULT,
            List.of(),
            256L << 20,
            Duration.ofMinutes(1),
            0);

    public GateSettings {
        sources = List.copyOf(sources);
        if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/"))) {
            throw new IllegalArgumentException("prefix must begin with a slash and not end with one");
        }
        if (authority.isEmpty() || !authority.chars().allMatch(c -> c > 32 && c < 127 && c != '"' && c != '/')) {
            throw new IllegalArgumentException("'" + authority + "' is no host with or without port");
        }
        if (uploads < host.programs().module()) {
            throw new IllegalArgumentException("no module of the largest size can be uploaded");
        }
        if (sources.stream().map(ModuleSource::name).distinct().count() < sources.size()) {
            throw new IllegalArgumentException("two module sources have the same name");
        }
    }

    /** With a minute of patience. */
    public GateSettings(
            String prefix,
            String authority,
            AccessPolicy policy,
            @Nullable Path data,
            HostSettings host,
            List<ModuleSource> sources,
            long uploads,
            int threads) {
        this(prefix, authority, policy, data, host, sources, uploads, Duration.ofMinutes(1), threads);
    }

    /** The same under another name. */
    public GateSettings withAuthority(String other) {
        return new GateSettings(prefix, other, policy, data, host, sources, uploads, patience, threads);
    }

    /** The same behind another path. */
    public GateSettings withPrefix(String other) {
        return new GateSettings(other, authority, policy, data, host, sources, uploads, patience, threads);
    }

    /** The same with another policy. */
    public GateSettings withPolicy(AccessPolicy other) {
        return new GateSettings(prefix, authority, other, data, host, sources, uploads, patience, threads);
    }

    /** The same with another folder; null: nothing is kept. */
    public GateSettings withData(@Nullable Path folder) {
        return new GateSettings(prefix, authority, policy, folder, host, sources, uploads, patience, threads);
    }

    /** The same with other settings of the host. */
    public GateSettings withHost(HostSettings other) {
        return new GateSettings(prefix, authority, policy, data, other, sources, uploads, patience, threads);
    }

    /** The same with other sources. */
    public GateSettings withSources(ModuleSource... others) {
        return new GateSettings(prefix, authority, policy, data, host, List.of(others), uploads, patience, threads);
    }

    /** The same with more or less patience. */
    public GateSettings withPatience(Duration other) {
        return new GateSettings(prefix, authority, policy, data, host, sources, uploads, other, threads);
    }

    /** The audience of tokens. */
    public String audience() {
        return "https://" + authority + prefix + WebApi.PATH;
    }
}
