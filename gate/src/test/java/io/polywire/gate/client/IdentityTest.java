package io.polywire.gate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.gate.message.Token;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Section A4, the client's part; key files. */
class IdentityTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path folder;

    @Test
    void principalIsThePublicKey() {
        // RFC 8032, section 7.1, test 1.
        byte[] seed = HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        byte[] open = HexFormat.of().parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        String x = Base64.getUrlEncoder().withoutPadding().encodeToString(open);
        assertEquals("ed25519:" + x, Identity.of(seed).principal());
        assertThrows(IllegalArgumentException.class, () -> Identity.of(new byte[31]));
    }

    @Test
    void tokenIsThatOfTheOriginalClient() {
        Identity identity = Identity.generate();
        long now = System.currentTimeMillis() / 1000;
        String value = identity.authorization(List.of("https://example.com/gate-0/"));
        assertTrue(value.startsWith("Bearer "));
        Token token = Objects.requireNonNull(Token.parse(value.substring(7)));
        Token.PublicKey jwk = Objects.requireNonNull(token.header().jwk());
        assertEquals("EdDSA OKP Ed25519", token.header().alg() + " " + jwk.kty() + " " + jwk.crv());
        assertEquals(identity.principal(), "ed25519:" + jwk.x());
        Token.Claims claims = Token.Claims.parse(token.payload());
        assertEquals(List.of("https://example.com/gate-0/"), claims.aud());
        assertEquals("", claims.nonce());
        assertTrue(claims.exp() >= now + 60 && claims.exp() <= now + 70, () -> claims.exp() + " after " + now);
        byte[] signed = token.signed().getBytes(StandardCharsets.US_ASCII);
        byte[] open = Objects.requireNonNull(Token.decode(jwk.x()));
        assertTrue(Ed25519.verify(token.signature(), 0, open, 0, signed, 0, signed.length));
    }

    @Test
    void keyFileIsMadeOnFirstUseForItsOwnerOnly() throws IOException {
        Path file = folder.resolve("config/polywire/gate.key");
        Identity made = Identity.readOrCreate(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("config/polywire"))));
        assertEquals(made.principal(), Identity.readOrCreate(file).principal());
        assertEquals(made.principal(), Identity.read(file).principal());
        try (var files = Files.list(folder.resolve("config/polywire"))) {
            assertEquals(List.of(file), files.toList());
        }
        assertNotEquals(
                made.principal(),
                Identity.readOrCreate(folder.resolve("other.key")).principal());
    }

    @Test
    void processesThatComeAtOnceGetTheSameKey() throws Exception {
        Path file = folder.resolve("gate.key");
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            Callable<String> use = () -> Identity.readOrCreate(file).principal();
            List<Future<String>> all = pool.invokeAll(java.util.Collections.nCopies(8, use));
            for (Future<String> one : all) {
                assertEquals(Identity.read(file).principal(), one.get());
            }
        }
    }

    @Test
    void keyOfSshKeygenServes() throws IOException {
        Path file = Files.writeString(folder.resolve("id_ed25519"), """
                -----BEGIN OPENSSH PRIVATE KEY-----
                b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
                QyNTUxOQAAACDVPyF0JgWWEFNbI5HV4Dzg7sOqVp5O3qhnzuCgOgHaIwAAAIhLydtHS8nb
                RwAAAAtzc2gtZWQyNTUxOQAAACDVPyF0JgWWEFNbI5HV4Dzg7sOqVp5O3qhnzuCgOgHaIw
                AAAEAaf8paCGCo/SxYDSSF0cweCzrkcrC4BfyxCZR18id5WtU/IXQmBZYQU1sjkdXgPODu
                w6pWnk7eqGfO4KA6AdojAAAABHRlc3QB
                -----END OPENSSH PRIVATE KEY-----
                """);
        assertEquals(
                "ed25519:1T8hdCYFlhBTWyOR1eA84O7DqlaeTt6oZ87goDoB2iM",
                Identity.read(file).principal());
    }

    @Test
    void fileThatIsNoKeyIsNamed() throws IOException {
        Path file = folder.resolve("gate.key");
        for (String bad : List.of(
                "",
                "secret",
                "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----",
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n-----END OPENSSH PRIVATE KEY-----",
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBxV2DQZzMqOJg2a3m6RPPfAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIFy1O6H6rQmE5Ef4ATk/h9Uh/QTeXyNbQbfGdze6GNBsAAAAkFZ2QK74dJgiXHJHIUAXFNDIuvdncJKVSnlCKACyFLJybicemMdWLpt9IlKBYVAh4jJ3hI8K1JZJJ3yk7x+BBlsVFz/kX66MemfJ6xuywAvc2TBV9qtnF5zyZt2EhXIGWoYvc9y9N4WCpW7uLt7kCe46ffKa2RJIh3IvWGvWstTWNcBsF+ax+yOZEG4qjAca+Q==\n-----END OPENSSH PRIVATE KEY-----",
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQQ+Yct2UnUVtBQUM+uWDVZzh7ZpffDfIgelt1lvOQ3qLeFeBHtvg3R3vBCNpo8l/F7xQYpfKc4XIUYpwvpnA1prAAAAoGi5jMRouYzEAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBD5hy3ZSdRW0FBQz65YNVnOHtml98N8iB6W3WW85Deot4V4Ee2+DdHe8EI2mjyX8XvFBil8pzhchRinC+mcDWmsAAAAhAMirmmhxu5TbJpA+vcULaBxr0kBag4NX5FJC3PhMiUUJAAAABHRlc3QBAgM=\n-----END OPENSSH PRIVATE KEY-----",
                "x".repeat(70_000))) {
            Files.writeString(file, bad);
            String text = String.valueOf(assertThrows(IOException.class, () -> Identity.readOrCreate(file), bad)
                    .getMessage());
            assertTrue(text.startsWith(file.toString()), text);
            assertFalse(text.contains("secret"), text);
            assertEquals(bad, Files.readString(file)); // It may be somebody's key all the same.
        }
    }
}
