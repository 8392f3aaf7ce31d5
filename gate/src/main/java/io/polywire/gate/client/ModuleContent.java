package io.polywire.gate.client;

import io.polywire.gate.message.WebApi;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.LongConsumer;

/** A WebAssembly module to be sent to a server. Immutable; its file, if it comes from one, must not change. */
public final class ModuleContent {
    private interface Source {
        InputStream open() throws IOException;
    }

    private final String key;
    private final long length;
    private final Source source;
    private final LongConsumer progress;

    private ModuleContent(String key, long length, Source source, LongConsumer progress) {
        this.key = key;
        this.length = length;
        this.source = source;
        this.progress = progress;
    }

    /** A module in memory. */
    public static ModuleContent of(byte[] module) {
        byte[] copy = module.clone();
        return new ModuleContent(WebApi.moduleKey(copy), copy.length, () -> new ByteArrayInputStream(copy), sent -> {});
    }

    /** A module in a file, which is read once for its hash now and once when it is sent. */
    public static ModuleContent of(Path file) throws IOException {
        MessageDigest digest = digest();
        long length;
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            length = in.transferTo(OutputStream.nullOutputStream());
        }
        return new ModuleContent(text(digest), length, () -> Files.newInputStream(file), sent -> {});
    }

    /** The same with a listener that is told how many octets of it were taken to be sent, again and again. */
    public ModuleContent withProgress(LongConsumer listener) {
        return new ModuleContent(key, length, source, listener);
    }

    /** The id that the module has on every server. */
    public String key() {
        return key;
    }

    /** Octets. */
    public long length() {
        return length;
    }

    InputStream open() {
        try {
            return new Counted(source.open(), progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java has it.
        }
    }

    static String text(MessageDigest digest) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
    }

    private static final class Counted extends FilterInputStream {
        private final LongConsumer progress;
        private long count;

        Counted(InputStream in, LongConsumer progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            if (one >= 0) {
                progress.accept(++count);
            }
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n = super.read(into, offset, length);
            if (n > 0) {
                count += n;
                progress.accept(count);
            }
            return n;
        }
    }
}
