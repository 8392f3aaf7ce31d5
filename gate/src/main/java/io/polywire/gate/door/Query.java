package io.polywire.gate.door;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.WebApi;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a request. What was asked for is taken out; in the end nothing may be left. Owned by one thread. */
final class Query {
    private final Map<String, List<String>> parameters = new LinkedHashMap<>();

    /** @throws ApiException 400 if the percent encoding is bad */
    static Query parse(@Nullable String raw) {
        Query query = new Query();
        if (raw != null) {
            for (String part : raw.split("&")) {
                if (!part.isEmpty()) {
                    int equals = part.indexOf('=');
                    String name = decode(equals < 0 ? part : part.substring(0, equals), true);
                    String value = equals < 0 ? "" : decode(part.substring(equals + 1), true);
                    query.parameters
                            .computeIfAbsent(name, n -> new ArrayList<>())
                            .add(value);
                }
            }
        }
        return query;
    }

    /** Decodes percent signs, and pluses where they stand for spaces. */
    static String decode(String text, boolean plus) {
        if (text.indexOf('%') < 0 && (!plus || text.indexOf('+') < 0)) {
            return text;
        }
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
        for (int i = 0; i < in.length; i++) {
            if (in[i] == '%') {
                int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
                int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new ApiException(400, "query string decode error");
                }
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(plus && in[i] == '+' ? ' ' : in[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Takes an action that goes with others. */
    boolean takeAction(String action) {
        List<String> actions = parameters.get(WebApi.PARAM_ACTION);
        if (actions == null || !actions.remove(action)) {
            return false;
        }
        if (actions.contains(action)) {
            throw duplicate();
        }
        if (actions.isEmpty()) {
            parameters.remove(WebApi.PARAM_ACTION);
        }
        return true;
    }

    /** Takes the one action that is left; null if there is none. */
    @Nullable
    String takeOptionalAction() {
        return take(WebApi.PARAM_ACTION);
    }

    /** Takes the one action that is left. */
    String takeLastAction() {
        String action = take(WebApi.PARAM_ACTION);
        if (action == null) {
            throw new ApiException(400, "missing query parameter: " + WebApi.PARAM_ACTION);
        }
        return action;
    }

    /** Takes the name of a function, empty if there is none. */
    String takeFunction() {
        String name = take(WebApi.PARAM_FUNCTION);
        if (name == null || name.isEmpty()) {
            return "";
        }
        if (!WebApi.FUNCTION_REGEXP.matcher(name).matches()) {
            throw new ApiException(400, "invalid function name: " + quote(name));
        }
        return name;
    }

    /** Takes the id for an instance. */
    @Nullable
    String takeInstance() {
        return take(WebApi.PARAM_INSTANCE);
    }

    boolean takeDebug() {
        return "true".equals(take(WebApi.PARAM_DEBUG));
    }

    /** Nothing may be left. */
    void end() {
        if (!parameters.isEmpty()) {
            throw new ApiException(400, "unexpected query parameters");
        }
    }

    private @Nullable String take(String name) {
        List<String> values = parameters.get(name);
        if (values == null) {
            return null;
        }
        if (values.size() > 1) {
            throw duplicate();
        }
        parameters.remove(name);
        return values.get(0);
    }

    private static ApiException duplicate() {
        return new ApiException(400, "duplicate query parameter");
    }

    /** As a string literal of Go or C. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case 11 -> out.append("\\v");
                default -> {
                    if (c < 32 || c == 127) {
                        out.append(String.format("\\x%02x", c));
                    } else if (printable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c));
                    }
                }
            }
        });
        return out.append('"').toString();
    }

    private static boolean printable(int c) {
        return c == ' '
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SPACE_SEPARATOR -> false;
                    default -> true;
                };
    }
}
