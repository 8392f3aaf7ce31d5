package io.polywire.gate.host;

import io.polywire.gate.message.WebApi;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link HttpSource} may fetch.
 *
 * @param url everything below it if its path ends with a slash, else nothing but itself
 * @param key the module that it must be; null: any
 */
public record AllowedUrl(URI url, @Nullable String key) {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{64}");

    /** Slashes, backslashes and dots in another form, which servers may take for those. */
    private static final Pattern DISGUISED = Pattern.compile("%2f|%5c|%2e", Pattern.CASE_INSENSITIVE);

    /**
     * Reads {@code https://host/folder/} or {@code https://host/file.wasm}, the latter with {@code #KEY} if the content has
     * to be that module.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public static AllowedUrl parse(String text) {
        int hash = text.indexOf('#');
        String key = hash < 0 ? null : text.substring(hash + 1);
        URI url = url(hash < 0 ? text : text.substring(0, hash));
        if (url == null || url.getRawQuery() != null) {
            throw new IllegalArgumentException("'" + text + "' is no http or https URL of a folder or file, without"
                    + " password, query, dots and encoded slashes");
        }
        if (key != null && (!KEY.matcher(key).matches() || url.getRawPath().endsWith("/"))) {
            throw new IllegalArgumentException(
                    "'" + text + "' has behind # no key of " + WebApi.MODULE_REF_SOURCE + " for one file");
        }
        return new AllowedUrl(url, key);
    }

    /** The URL, with a path, if it is one that can be compared with a list. */
    static @Nullable URI url(String text) {
        try {
            URI url = new URI(text);
            if (url.getRawPath() != null && url.getRawPath().isEmpty()) {
                url = url.resolve("/");
            }
            return comparable(url) ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** Where a redirect leads, if that can be compared with a list. */
    static @Nullable URI resolve(URI from, String location) {
        try {
            URI url = from.resolve(new URI(location));
            return comparable(url) ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static boolean comparable(URI url) {
        String scheme = url.getScheme();
        return scheme != null
                && (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
                && url.getHost() != null
                && url.getRawUserInfo() == null
                && url.getRawFragment() == null
                && url.normalize().equals(url)
                && !url.getRawPath().startsWith("/..")
                && !DISGUISED.matcher(url.getRawPath()).find();
    }

    /** Whether it may be fetched; it has to be comparable. The query does not count. */
    boolean covers(URI other) {
        String path = url.getRawPath();
        return url.getScheme().equalsIgnoreCase(other.getScheme())
                && url.getHost().equalsIgnoreCase(other.getHost())
                && port(url) == port(other)
                && (path.endsWith("/")
                        ? other.getRawPath().startsWith(path)
                        : other.getRawPath().equals(path));
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return url.getScheme().toLowerCase(Locale.ROOT).equals("https") ? 443 : 80;
    }

    /** Whether a module with this key is what it has to be. */
    boolean has(String found) {
        return key == null || key.equals(found);
    }
}
