package io.polywire.gate.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * A module that comes from a server. Its end fails with an {@link IOException} if what came is not the module of that key. To
 * be read by one thread, and closed.
 */
public final class Download extends FilterInputStream {
    private final String key;
    private final long length;
    private final MessageDigest digest = ModuleContent.digest();
    private boolean ended;

    Download(InputStream in, String key, long length) {
        super(in);
        this.key = key;
        this.length = length;
    }

    /** Octets of the whole module, -1 if the server does not tell. */
    public long length() {
        return length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
        int n = super.read(into, offset, count);
        if (n > 0) {
            digest.update(into, offset, n);
        } else if (n < 0 && !ended) {
            ended = true;
            if (!ModuleContent.text(digest).equals(key)) {
                throw new IOException("what the server sent is not the module " + key);
            }
        }
        return n;
    }

    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, 1 << 16)).length; // All of it has to be seen.
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
