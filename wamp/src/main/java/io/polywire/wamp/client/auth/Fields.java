package io.polywire.wamp.client.auth;

import io.polywire.model.Dict;
import java.util.Base64;
import java.util.HexFormat;

/** Values of a CHALLENGE, checked. */
final class Fields {
    private Fields() {}

    static String text(Dict extra, String key) {
        if (extra.get(key) instanceof String s) {
            return s;
        }
        throw new AuthenticationException("the challenge has no " + key);
    }

    static int integer(Dict extra, String key, int absent, int max) {
        Object value = extra.get(key);
        if (value == null) {
            return absent;
        }
        if (value instanceof Long n && n >= 1 && n <= max) {
            return n.intValue();
        }
        throw new AuthenticationException(key + " of the challenge is not in 1.." + max + ": " + value);
    }

    static byte[] base64(Dict extra, String key) {
        try {
            return Base64.getDecoder().decode(text(extra, key));
        } catch (IllegalArgumentException e) {
            throw new AuthenticationException(key + " of the challenge is not base64", e);
        }
    }

    static byte[] hex(Dict extra, String key) {
        try {
            return HexFormat.of().parseHex(text(extra, key));
        } catch (IllegalArgumentException e) {
            throw new AuthenticationException(key + " of the challenge is not hexadecimal", e);
        }
    }
}
