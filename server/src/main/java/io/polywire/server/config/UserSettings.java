package io.polywire.server.config;

import io.polywire.server.yaml.Section;
import io.polywire.store.SaltedPassword;
import io.polywire.wamp.auth.Credential;
import io.polywire.wamp.auth.Passwords;
import io.polywire.wamp.auth.Principal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A user as the file has it; users of the store are added by {@code ./polywire user add}. */
final class UserSettings {
    private static final String PROVIDER = "static";
    private static final String SHA256 = "sha256:";

    private UserSettings() {}

    static @Nullable Principal read(Section s) {
        String authid = s.text("authid", "the name");
        String role = s.text("role", "what the user may do");
        s.require("authid");
        s.require("role");
        List<Credential> credentials = new ArrayList<>();
        String password = s.secret(
                "password",
                SaltedPassword::isSalted,
                "for wamp-scram, wampcra and ticket: what ./polywire user hash prints, file:PATH or ${NAME}");
        if (password != null) {
            credentials.addAll(password(s, password));
        }
        String ticket = s.secret(
                "ticket",
                text -> text.startsWith(SHA256),
                "for ticket: a long random text, as sha256:HEX, file:PATH or ${NAME}");
        if (ticket != null) {
            Credential token = token(ticket);
            if (token == null) {
                s.wrong("ticket", "is a secret, expected 64 hexadecimal digits after sha256:");
            } else {
                credentials.add(token);
            }
        }
        s.several("keys", "64 hexadecimal digits", UserSettings::digits, "for cryptosign: Ed25519 public keys")
                .forEach(key -> credentials.add(new Credential.PublicKey(key)));
        s.several("certificates", "64 hexadecimal digits", UserSettings::digits, "for tls: SHA-256 of certificates")
                .forEach(print -> credentials.add(
                        new Credential.Certificate(HexFormat.of().formatHex(print))));
        return authid == null || role == null ? null : new Principal(authid, role, PROVIDER, credentials, Map.of());
    }

    private static List<Credential> password(Section s, String text) {
        try {
            return SaltedPassword.isSalted(text)
                    ? SaltedPassword.parse(text)
                    : Passwords.credentials(text, Passwords.ARGON2ID);
        } catch (IllegalArgumentException e) {
            s.wrong("password", "is a secret that cannot be used: " + e.getMessage());
            return List.of();
        }
    }

    private static @Nullable Credential token(String ticket) {
        if (!ticket.startsWith(SHA256)) {
            return Credential.Token.of(ticket, Long.MAX_VALUE);
        }
        try {
            return new Credential.Token(digits(ticket.substring(SHA256.length())), Long.MAX_VALUE);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static byte[] digits(String hex) {
        byte[] octets = HexFormat.of().parseHex(hex.replace(":", "").toLowerCase(Locale.ROOT));
        if (octets.length != 32) {
            throw new NumberFormatException(); // the expectation says it all
        }
        return octets;
    }
}
