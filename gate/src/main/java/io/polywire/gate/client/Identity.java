package io.polywire.gate.client;

import io.polywire.gate.message.Token;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 key pair, which is an owner of modules and instances. Immutable and safe for use by any thread. Files have
 * OpenSSH's format, so that a key made with {@code ssh-keygen -t ed25519 -N ''} serves, and {@code ssh-keygen -y} shows the
 * line that a server with a list of authorized keys wants.
 */
public final class Identity {
    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----";
    private static final int LONGEST_FILE = 1 << 16;
    private static final int LIFETIME = 60; // seconds, like the original client

    private final Ed25519PrivateKeyParameters key;
    private final Token.PublicKey open;

    private Identity(Ed25519PrivateKeyParameters key) {
        this.key = key;
        this.open = Token.PublicKey.ed25519(key.generatePublicKey().getEncoded());
    }

    /** A new key pair. */
    public static Identity generate() {
        return new Identity(new Ed25519PrivateKeyParameters(new SecureRandom()));
    }

    /**
     * The key pair of a seed.
     *
     * @param seed 32 octets, RFC 8032's private key
     */
    public static Identity of(byte[] seed) {
        if (seed.length != Ed25519PrivateKeyParameters.KEY_SIZE) {
            throw new IllegalArgumentException("a seed has 32 octets, not " + seed.length);
        }
        return new Identity(new Ed25519PrivateKeyParameters(seed));
    }

    /**
     * Reads a key file.
     *
     * @throws IOException if it cannot be read or holds no Ed25519 key without passphrase
     */
    public static Identity read(Path file) throws IOException {
        if (Files.size(file) > LONGEST_FILE) {
            throw new IOException(file + " is too long for a key file");
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
            throw new IOException(file + " is no OpenSSH private key");
        }
        String base64 = text.substring(BEGIN.length(), text.length() - END.length());
        try {
            byte[] blob = Base64.getMimeDecoder().decode(base64);
            if (OpenSSHPrivateKeyUtil.parsePrivateKeyBlob(blob) instanceof Ed25519PrivateKeyParameters parsed) {
                return new Identity(parsed);
            }
        } catch (IllegalArgumentException | IllegalStateException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(file + " holds no key that can be used: " + e.getMessage(), e);
        }
        throw new IOException(file + " holds a key of another kind than Ed25519");
    }

    /**
     * Reads a key file, or makes it, with the folders above it, if there is none; nobody but its owner may read it. Several
     * processes may do so at once and get the same key.
     */
    public static Identity readOrCreate(Path file) throws IOException {
        if (!Files.exists(file)) {
            generate().write(file);
        }
        return read(file);
    }

    /** Leaves a file that is there already as it is. */
    private void write(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path folder = target.getParent();
        if (folder != null) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        String base64 = Base64.getMimeEncoder(70, new byte[] {'\n'})
                .encodeToString(OpenSSHPrivateKeyUtil.encodePrivateKey(key));
        Path whole = Files.createTempFile(folder, ".key", ""); // with mode 0600
        try {
            Files.writeString(whole, BEGIN + "\n" + base64 + "\n" + END + "\n");
            Files.createLink(target, whole); // Never half a file, never in place of another.
        } catch (FileAlreadyExistsException e) {
            // Another process was quicker.
        } finally {
            Files.delete(whole);
        }
    }

    /** The owner's id on servers: {@code ed25519:} and the public key in base64url. */
    public String principal() {
        return "ed25519:" + open.x();
    }

    /**
     * Signs a token that is good for a minute.
     *
     * @param audience for which servers, such as {@code https://example.com/gate-0/}
     * @return the value of the header {@code Authorization}
     */
    public String authorization(List<String> audience) {
        Token.Claims claims = new Token.Claims(Instant.now().getEpochSecond() + LIFETIME, audience, "", "");
        String signed = Token.Header.edDsa(open).encode() + "." + claims.encode();
        byte[] octets = signed.getBytes(StandardCharsets.US_ASCII);
        byte[] signature = new byte[Ed25519PrivateKeyParameters.SIGNATURE_SIZE];
        key.sign(Ed25519.Algorithm.Ed25519, null, octets, 0, octets.length, signature, 0);
        return "Bearer " + Token.join(signed, signature);
    }

    /** The id of the owner; nothing secret. */
    @Override
    public String toString() {
        return principal();
    }
}
