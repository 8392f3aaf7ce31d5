package io.polywire.server.config;

import io.polywire.hemi.api.Bfg;
import io.polywire.hemi.api.Bss;
import io.polywire.hemi.api.Tbc;
import io.polywire.hemi.bridge.RemoteServerSettings;
import io.polywire.hemi.client.HemiClientSettings;
import io.polywire.hemi.login.SecretKey;
import io.polywire.hemi.message.CommandSet;
import io.polywire.server.yaml.Section;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Hemi server elsewhere, whose commands are procedures of a realm.
 *
 * @param realm where its commands are procedures
 */
public record HemiServerSettings(String realm, RemoteServerSettings server) {
    /** Sets of commands that need not be listed. */
    @SuppressWarnings("ImmutableEnumChecker") // A set of commands never changes.
    private enum Known {
        NONE(CommandSet.withoutPing("polywire")),
        TBC(Tbc.COMMANDS),
        BSS(Bss.COMMANDS),
        BFG(Bfg.COMMANDS);

        final CommandSet commands;

        Known(CommandSet commands) {
            this.commands = commands;
        }
    }

    static @Nullable HemiServerSettings read(Section s) {
        URI url =
                s.parsed("url", "an address such as ws://127.0.0.1:8082/v1/ws", HemiServerSettings::url, "its address");
        String realm = s.text("realm", "realm where its commands are procedures");
        s.require("url");
        s.require("realm");
        Known set = s.choice("set", Known.class, Known.NONE, "a set of commands; none: those that are listed only");
        CommandSet known = set.commands;
        String api = s.text("api", known.api(), "prefix of the ping");
        List<String> commands = new ArrayList<>(RemoteServerSettings.commands(known));
        commands.addAll(s.several("commands", "a name", text -> text, "names X of further commands X-request"));
        List<String> topics = new ArrayList<>(RemoteServerSettings.notifications(known));
        topics.addAll(s.several(
                "notifications", "a name", text -> text, "names X of further X-notification, which become events"));
        String prefix = s.text("prefix", "", "before a command's name it makes the procedure's URI");
        String role = s.text("role", "trusted", "role of its session, which registers and publishes");
        Duration timeout =
                s.duration("timeout", Duration.ofMillis(100), Duration.ofHours(1), Duration.ofSeconds(30), "of a call");
        String key = s.secret("key", text -> false, "private key to log in with, 64 hexadecimal digits");
        SecretKey login = key == null ? null : secret(s, key);
        if (commands.isEmpty() && topics.isEmpty()) {
            s.missing("commands: nothing of this server would be seen");
        }
        if (url == null || realm == null) {
            return null;
        }
        HemiClientSettings client = HemiClientSettings.of(url, CommandSet.of(api));
        return new HemiServerSettings(
                realm,
                new RemoteServerSettings(
                        login == null ? client : client.withLogin(login), commands, topics, prefix, role, timeout));
    }

    private static URI url(String text) {
        URI url = URI.create(text);
        if (url.getHost() == null || !List.of("ws", "wss", "http", "https").contains(url.getScheme())) {
            throw new IllegalArgumentException("it begins with ws:// or wss:// and has a host");
        }
        return url;
    }

    private static @Nullable SecretKey secret(Section s, String hex) {
        try {
            return SecretKey.ofHex(hex);
        } catch (IllegalArgumentException bad) {
            s.wrong("key", "is a secret that cannot be used: expected 64 hexadecimal digits");
            return null;
        }
    }
}
