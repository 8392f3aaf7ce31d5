package io.polywire.router;

import io.polywire.model.Dict;
import io.polywire.model.ProtocolViolation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options that a router carries from one message to another without looking into them. */
final class Options {
    private Options() {}

    /** What is copied: payload passthru, its older form, Crossbar's transaction hash, and keys of implementations. */
    private static boolean carried(String key) {
        return key.startsWith("ppt_")
                || key.startsWith("_")
                || key.startsWith("enc_")
                || key.equals("transaction_hash");
    }

    /** Details with the carried options and no others; modifiable. */
    static Map<String, @Nullable Object> carry(Dict options) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        if (!options.isEmpty()) {
            options.asMap().forEach((key, value) -> {
                if (carried(key)) {
                    details.put(key, value);
                }
            });
        }
        return details;
    }

    /** Whether payload passthru is in use: the scheme is there and not empty. */
    static boolean passthru(Dict options) {
        Object scheme = options.isEmpty() ? null : options.get("ppt_scheme");
        return scheme != null && !scheme.equals("");
    }

    /**
     * @throws ProtocolViolation if payload passthru is used by a peer that did not announce it
     */
    static void checkPassthru(String message, Dict options, boolean announced) {
        if (!announced && passthru(options)) {
            throw new ProtocolViolation(message + ": ppt_scheme is used but payload_passthru_mode was not announced");
        }
    }
}
