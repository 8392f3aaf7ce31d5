package io.polywire.server.dashboard;

/**
 * What the page has to know before it connects.
 *
 * @param realm the realm it offers to join
 * @param path of the WAMP endpoint, such as {@code /ws}
 * @param anonymous whether it may join without asking who it is
 */
public record DashboardSettings(String realm, String path, boolean anonymous) {
    /** As JSON. */
    String json() {
        return "{\"realm\":" + quoted(realm) + ",\"path\":" + quoted(path) + ",\"anonymous\":" + anonymous + "}";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars()
                .forEach(c -> quoted.append(
                        c < 32 || c == '"' || c == '\\' || c == '<' ? String.format("\\u%04x", c) : (char) c + ""));
        return quoted.append('"').toString();
    }
}
