package io.polywire.net;

import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * permessage-deflate (RFC 7692), always without context takeover in both directions: so one compressor per loop serves
 * all connections, and none costs an idle connection its 300 KiB. Owned by one loop.
 */
final class Deflate {
    static final String NAME = "permessage-deflate";

    /** What a server accepts and a client offers. */
    static final String PARAMETERS = NAME + "; server_no_context_takeover; client_no_context_takeover";

    /** Smaller messages are sent as they are. */
    static final int WORTHWHILE = 256;

    /** Ends every flushed block and is left out on the wire (section 7.2.1). */
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private final Inflater inflater = new Inflater(true);
    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

    /** The server's answer to the offers in {@code Sec-WebSocket-Extensions}, null if none can be accepted. */
    static @Nullable String accept(List<String> offers) {
        for (String offer : offers) {
            if (acceptable(offer)) {
                return PARAMETERS;
            }
        }
        return null;
    }

    private static boolean acceptable(String offer) {
        String[] parts = offer.split(";");
        if (!parts[0].trim().equalsIgnoreCase(NAME)) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].replace(" ", "").replace("\"", "");
            boolean known = parameter.equals("server_no_context_takeover")
                    || parameter.equals("client_no_context_takeover")
                    || parameter.equals("client_max_window_bits")
                    || parameter.matches("client_max_window_bits=([89]|1[0-5])")
                    // The JDK's compressor always uses a window of 32 KiB.
                    || parameter.equals("server_max_window_bits=15");
            if (!known) {
                return false;
            }
        }
        return true;
    }

    /** Whether the server's answer to {@link #PARAMETERS} keeps to them. */
    static boolean agreed(List<String> answer) {
        if (answer.size() != 1) {
            return false;
        }
        List<String> parts =
                Arrays.stream(answer.getFirst().split(";")).map(String::trim).toList();
        return parts.getFirst().equalsIgnoreCase(NAME)
                && parts.contains("server_no_context_takeover")
                && parts.stream().skip(1).allMatch(p -> p.endsWith("_no_context_takeover"));
    }

    /**
     * The message behind a compressed payload.
     *
     * @throws Violation if it is longer than the limit or no deflate stream
     */
    byte[] inflate(byte[] buf, int off, int len, int limit, String tooBigReason) {
        inflater.reset();
        byte[] out = new byte[(int) Math.min(limit, Math.max(512L, 4L * len))];
        int length = 0;
        try {
            inflater.setInput(buf, off, len);
            for (boolean tail = false; ; ) {
                if (length == out.length) {
                    out = Arrays.copyOf(out, (int) Math.min(limit + 1L, 2L * length));
                }
                int n = inflater.inflate(out, length, out.length - length);
                length += n;
                if (length > limit) {
                    throw new Violation(CloseCode.TOO_BIG, tooBigReason);
                }
                if (inflater.finished() || inflater.needsDictionary()) {
                    break;
                }
                if (n == 0 && length < out.length) {
                    if (tail) {
                        break;
                    }
                    tail = true;
                    inflater.setInput(TAIL);
                }
            }
        } catch (DataFormatException e) {
            throw new Violation(CloseCode.PROTOCOL_ERROR, "compressed message is no deflate stream");
        }
        return length == out.length ? out : Arrays.copyOf(out, length);
    }

    /** The compressed payload of a message. */
    byte[] deflate(byte[] buf, int off, int len) {
        deflater.reset();
        deflater.setInput(buf, off, len);
        byte[] out = new byte[len / 2 + 64];
        int length = 0;
        while (true) {
            int n = deflater.deflate(out, length, out.length - length, Deflater.SYNC_FLUSH);
            length += n;
            if (length < out.length) {
                break;
            }
            out = Arrays.copyOf(out, 2 * length);
        }
        return Arrays.copyOf(out, length - TAIL.length);
    }
}
