package io.polywire.model;

import org.jspecify.annotations.Nullable;

/** How the URI of a registration or subscription is compared with the one called or published to. */
public enum Match {
    EXACT("exact"),
    /** A prefix of the string: {@code a.b} matches {@code a.bc}. */
    PREFIX("prefix"),
    /** Component by component; an empty component matches any one component. */
    WILDCARD("wildcard");

    private final String text;

    Match(String text) {
        this.text = text;
    }

    /** The value of the option {@code match}. */
    public String text() {
        return text;
    }

    /**
     * The policy that an option names.
     *
     * @param text the option's value, null where it is absent
     * @return null if there is no such policy
     */
    public static @Nullable Match of(@Nullable String text) {
        return switch (text) {
            case null -> EXACT;
            case "exact" -> EXACT;
            case "prefix" -> PREFIX;
            case "wildcard" -> WILDCARD;
            default -> null;
        };
    }
}
