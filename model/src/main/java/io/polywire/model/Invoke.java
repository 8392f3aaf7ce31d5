package io.polywire.model;

import org.jspecify.annotations.Nullable;

/** How a registration with several callees picks the one that gets the next call. */
public enum Invoke {
    /** One callee only. */
    SINGLE("single"),
    ROUNDROBIN("roundrobin"),
    RANDOM("random"),
    FIRST("first"),
    LAST("last");

    private final String text;

    Invoke(String text) {
        this.text = text;
    }

    /** The value of the option {@code invoke}. */
    public String text() {
        return text;
    }

    /**
     * The policy that an option names.
     *
     * @param text the option's value, null where it is absent
     * @return null if there is no such policy
     */
    public static @Nullable Invoke of(@Nullable String text) {
        return switch (text) {
            case null -> SINGLE;
            case "single" -> SINGLE;
            case "roundrobin" -> ROUNDROBIN;
            case "random" -> RANDOM;
            case "first" -> FIRST;
            case "last" -> LAST;
            default -> null;
        };
    }
}
