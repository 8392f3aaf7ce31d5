package io.polywire.model;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where something stands in a trace (W3C, "Trace Context", Level 1): the header {@code traceparent}, and what goes with it.
 *
 * <p>In WAMP it travels as the options and details {@value #PARENT} and {@value #STATE}: keys that begin with an underscore
 * are those of implementations.
 *
 * @param trace 32 lower-case hexadecimal digits, not all of them 0
 * @param span 16 likewise: the span that is the parent of what is told of here
 * @param sampled whether it is recorded
 * @param state the header {@code tracestate}, as it came; null without one
 */
public record TraceContext(
        String trace,
        String span,
        boolean sampled,
        @Nullable String state) {
    public static final String PARENT = "_traceparent";
    public static final String STATE = "_tracestate";

    /** As in HTTP: version, trace, span, flags; what a later version adds comes behind another hyphen. */
    private static final int LENGTH = 55;

    private static final int LONGEST_STATE = 512;

    /**
     * Reads headers.
     *
     * @return null if the first is not valid; then both are to be ignored
     */
    public static @Nullable TraceContext of(@Nullable String traceparent, @Nullable String tracestate) {
        if (traceparent == null || traceparent.length() < LENGTH || traceparent.length() > LONGEST_STATE) {
            return null;
        }
        String version = traceparent.substring(0, 2);
        boolean known = version.equals("00");
        if (!hex(version)
                || version.equals("ff")
                || (known && traceparent.length() != LENGTH)
                || (traceparent.length() > LENGTH && traceparent.charAt(LENGTH) != '-')
                || traceparent.charAt(2) != '-'
                || traceparent.charAt(35) != '-'
                || traceparent.charAt(52) != '-') {
            return null;
        }
        String trace = traceparent.substring(3, 35);
        String span = traceparent.substring(36, 52);
        String flags = traceparent.substring(53, LENGTH);
        if (!id(trace) || !id(span) || !hex(flags)) {
            return null;
        }
        String state = tracestate == null || tracestate.length() > LONGEST_STATE ? null : tracestate;
        return new TraceContext(trace, span, (Character.digit(flags.charAt(1), 16) & 1) == 1, state);
    }

    /** What options or details have of it; null if there is none, or it is not valid. */
    public static @Nullable TraceContext of(Dict dict) {
        return dict.isEmpty() || !(dict.get(PARENT) instanceof String parent)
                ? null
                : of(parent, dict.get(STATE) instanceof String state ? state : null);
    }

    private static boolean id(String digits) {
        return hex(digits) && !digits.chars().allMatch(c -> c == '0');
    }

    private static boolean hex(String digits) {
        return digits.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** The same for what another span is the parent of. */
    public TraceContext at(String other) {
        return new TraceContext(trace, other, sampled, state);
    }

    /** The header {@code traceparent}. */
    public String parent() {
        return "00-" + trace + "-" + span + (sampled ? "-01" : "-00");
    }

    /** The same options, with this in them. */
    public Dict in(Dict options) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(options.asMap());
        all.put(PARENT, parent());
        if (state == null) {
            all.remove(STATE);
        } else {
            all.put(STATE, state);
        }
        return Dict.of(all);
    }
}
