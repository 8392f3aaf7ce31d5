package io.polywire.gate.message;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Requests to look into an instance, and their answers. */
public final class Debug {
    /** Most breakpoints of an instance. */
    public static final int MAX_BREAKPOINTS = 100;

    private Debug() {}

    /** What to do; the order is that of the numbers on the wire, from 0. */
    public enum Op {
        CONFIG_GET,
        CONFIG_SET,
        CONFIG_UNION,
        CONFIG_COMPLEMENT,
        READ_GLOBALS,
        READ_MEMORY,
        READ_STACK
    }

    /**
     * How an instance is watched.
     *
     * @param debugInfo whether debugging information is kept
     * @param breakpoints byte offsets in the module, sorted and unique
     */
    public record Config(boolean debugInfo, List<Long> breakpoints) {
        /** Nothing is watched. */
        public static final Config NONE = new Config(false, List.of());

        public Config {
            breakpoints = breakpoints.stream().distinct().sorted().toList();
        }

        static Config read(@Nullable ObjectNode from) {
            if (from == null) {
                return NONE;
            }
            List<Long> offsets = new ArrayList<>();
            ObjectNode points = Json.member(from, "breakpoints");
            if (points != null) {
                for (JsonNode offset : Json.list(points, "offsets")) {
                    if (!offset.isIntegralNumber() || !offset.canConvertToLong() || offset.longValue() < 0) {
                        throw new MalformedJsonException("a breakpoint is no offset");
                    }
                    offsets.add(offset.longValue());
                }
            }
            return new Config(Json.bool(from, "debug_info"), offsets);
        }

        void write(ObjectNode into) {
            if (debugInfo) {
                into.put("debug_info", true);
            }
            ObjectNode points = into.putObject("breakpoints");
            if (!breakpoints.isEmpty()) {
                ArrayNode list = points.putArray("offsets");
                breakpoints.forEach(list::add);
            }
        }
    }

    /**
     * A request.
     *
     * @param op number of what to do, see {@link Op}; others are not supported
     * @param config for the operations on the configuration
     * @param addr where to read
     * @param size how much to read
     */
    public record Request(long op, Config config, long addr, long size) {
        /** @throws MalformedJsonException if it is something else */
        public static Request parse(byte[] json) {
            ObjectNode from = Json.parseObject(json);
            return new Request(
                    Json.integer(from, "op"),
                    Config.read(Json.member(from, "config")),
                    Json.integer(from, "addr"),
                    Json.integer(from, "size"));
        }

        /** The JSON form. */
        public String toJson() {
            ObjectNode into = Json.object();
            if (op != 0) {
                into.put("op", op);
            }
            config.write(into.putObject("config"));
            if (addr != 0) {
                into.put("addr", addr);
            }
            if (size != 0) {
                into.put("size", size);
            }
            return Json.write(into);
        }
    }

    /**
     * An answer.
     *
     * @param module source and id, such as {@code sha384/KEY}
     * @param status of the instance
     * @param config as it is now
     * @param data what was read; empty: nothing
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Response(String module, Status status, Config config, byte[] data) {
        /** @throws MalformedJsonException if it is something else */
        public static Response parse(byte[] json) {
            ObjectNode from = Json.parseObject(json);
            ObjectNode status = Json.member(from, "status");
            String data = Json.text(from, "data");
            try {
                return new Response(
                        Json.text(from, "module"),
                        status(status == null ? Json.object() : status),
                        Config.read(Json.member(from, "config")),
                        Base64.getDecoder().decode(data));
            } catch (IllegalArgumentException e) {
                throw new MalformedJsonException("data is not base64");
            }
        }

        private static Status status(ObjectNode from) {
            long state = Json.integer(from, "state");
            long number = Json.integer(from, "cause");
            if (state < 1 || state > State.values().length) {
                throw new MalformedJsonException("unknown state: " + state);
            }
            Cause cause = null;
            for (Cause one : Cause.values()) {
                if (one.number() == number) {
                    cause = one;
                }
            }
            return new Status(
                    State.values()[(int) state - 1],
                    cause == null && number != 0 ? Cause.INTERNAL : cause,
                    (int) Json.integer(from, "result"),
                    Json.text(from, "error"));
        }

        /** The JSON form, in which state and cause are numbers. */
        public String toJson() {
            ObjectNode into = Json.object().put("module", module);
            ObjectNode s = into.putObject("status").put("state", status.state().number());
            if (status.cause() != null) {
                s.put("cause", status.cause().number());
            }
            if (status.result() != 0) {
                s.put("result", status.result());
            }
            if (!status.error().isEmpty()) {
                s.put("error", status.error());
            }
            config.write(into.putObject("config"));
            if (data.length > 0) {
                into.put("data", Base64.getEncoder().encodeToString(data));
            }
            return Json.write(into);
        }
    }
}
