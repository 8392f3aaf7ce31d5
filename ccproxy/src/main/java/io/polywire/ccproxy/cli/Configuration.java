package io.polywire.ccproxy.cli;

import io.polywire.ccproxy.door.CcProxySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The settings of the stand-alone proxy, from a YAML file of flat keys.
 *
 * @param socket null when the file names none
 */
record Configuration(@Nullable String socket, CcProxySettings settings) {
    private static final Set<String> KEYS = new TreeSet<>(Set.of(
            "socket",
            "max_request",
            "stream_queue",
            "vm_queue",
            "ready_timeout",
            "command_timeout",
            "stall_timeout",
            "linger_timeout",
            "allow_uids",
            "allow_gids"));

    static Configuration defaults() {
        return new Configuration(null, CcProxySettings.defaults());
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException naming the file, the key and what is wrong with it
     */
    static Configuration read(Path file) {
        try {
            return of(new YAMLMapper().readTree(file));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    static Configuration of(JsonNode root) {
        if (root.isNull() || root.isMissingNode()) {
            return defaults();
        }
        if (!root.isObject()) {
            throw new IllegalArgumentException("must be a mapping of keys to values");
        }
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            if (!KEYS.contains(entry.getKey())) {
                throw new IllegalArgumentException(entry.getKey() + ": no such key; there are " + KEYS);
            }
        }
        CcProxySettings d = CcProxySettings.defaults();
        return new Configuration(
                root.has("socket") ? root.get("socket").asString() : null,
                new CcProxySettings(
                        (int) octets(root, "max_request", d.maxRequest(), Integer.MAX_VALUE),
                        (int) octets(root, "stream_queue", d.streamQueue(), Integer.MAX_VALUE),
                        octets(root, "vm_queue", d.vmQueue(), Long.MAX_VALUE),
                        duration(root, "ready_timeout", d.readyTimeout()),
                        duration(root, "command_timeout", d.commandTimeout()),
                        duration(root, "stall_timeout", d.stallTimeout()),
                        duration(root, "linger_timeout", d.lingerTimeout()),
                        ids(root, "allow_uids"),
                        ids(root, "allow_gids")));
    }

    private static long octets(JsonNode root, String key, long otherwise, long most) {
        JsonNode value = root.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() > most) {
            throw new IllegalArgumentException(key + ": " + value + " is not a number of octets");
        }
        return value.longValue();
    }

    /** A number of seconds, or text such as {@code 250ms}, {@code 30s}, {@code 2m}. */
    private static Duration duration(JsonNode root, String key, Duration otherwise) {
        JsonNode value = root.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        String text = value.asString().toLowerCase(Locale.ROOT);
        try {
            return text.endsWith("ms")
                    ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                    : Duration.parse("PT" + (value.isNumber() ? text + "s" : text));
        } catch (DateTimeParseException | NumberFormatException e) {
            throw new IllegalArgumentException(key + ": " + value + " is not a duration such as 30s", e);
        }
    }

    private static Set<Integer> ids(JsonNode root, String key) {
        Set<Integer> ids = new HashSet<>();
        JsonNode value = root.path(key);
        if (!value.isMissingNode() && !value.isArray()) {
            throw new IllegalArgumentException(key + ": must be a list of numbers");
        }
        for (JsonNode id : value) {
            if (!id.isInt()) {
                throw new IllegalArgumentException(key + ": " + id + " is not a number");
            }
            ids.add(id.intValue());
        }
        return ids;
    }
}
