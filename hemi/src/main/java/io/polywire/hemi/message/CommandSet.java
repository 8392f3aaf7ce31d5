package io.polywire.hemi.message;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commands of an API and the record classes of their payloads, one for one. Both ends of a connection use it, for
 * reading and for writing. Immutable.
 *
 * <p>A payload is a record of {@code long}, {@code int}, {@code boolean}, {@link String}, {@link ByteSlice}, {@link
 * java.math.BigInteger}, lists and records of such; {@link Wire} names what Java names otherwise, gives unsigned ranges,
 * and what is left out when empty. Members that are unknown are ignored, absent ones take the zero value, or null where
 * the component is {@code @Nullable}. A response has a last component {@code @Nullable ProtocolError error}, left out when
 * null.
 */
public final class CommandSet {
    private static final String REQUEST = "-request";
    private static final String RESPONSE = "-response";

    private final String api;
    private final Map<String, Class<? extends Record>> types;
    private final Map<Class<? extends Record>, String> commands;

    private CommandSet(
            String api, Map<String, Class<? extends Record>> types, Map<Class<? extends Record>, String> commands) {
        this.api = api;
        this.types = types;
        this.commands = commands;
    }

    /**
     * The set that has {@code <api>-ping-request} and its response only.
     *
     * @param api the prefix of the ping, for example {@code tbcapi}
     */
    public static CommandSet of(String api) {
        return withoutPing(api).with(api + "-ping", PingRequest.class, PingResponse.class);
    }

    /** Without any command, not even a ping: for what is no API of its own. */
    public static CommandSet withoutPing(String api) {
        return new CommandSet(api, Map.of(), Map.of());
    }

    /**
     * This set with {@code <name>-request} and {@code <name>-response}.
     *
     * @throws IllegalArgumentException if a command or class is in the set already, or a class is not fit for payloads
     */
    public CommandSet with(String name, Class<? extends Record> request, Class<? extends Record> response) {
        return withCommand(name + REQUEST, request).withCommand(name + RESPONSE, response);
    }

    /**
     * This set with {@code <name>-notification}.
     *
     * @throws IllegalArgumentException as {@link #with}
     */
    public CommandSet withNotification(String name, Class<? extends Record> payload) {
        return withCommand(name + "-notification", payload);
    }

    /**
     * This set with one command more.
     *
     * @throws IllegalArgumentException as {@link #with}
     */
    public CommandSet withCommand(String command, Class<? extends Record> payload) {
        var _ = RecordType.of(payload); // fails here rather than with the first message
        Map<String, Class<? extends Record>> newTypes = new LinkedHashMap<>(types);
        Map<Class<? extends Record>, String> newCommands = new LinkedHashMap<>(commands);
        if (newTypes.put(command, payload) != null || newCommands.put(payload, command) != null) {
            throw new IllegalArgumentException("command " + command + " or payload " + payload.getName() + " twice");
        }
        return new CommandSet(api, newTypes, newCommands);
    }

    /** The prefix of its ping. */
    public String api() {
        return api;
    }

    /** The record class of each command, unmodifiable. */
    public Map<String, Class<? extends Record>> commands() {
        return Collections.unmodifiableMap(types);
    }

    /** The command that carries this class. */
    public @Nullable String command(Class<? extends Record> payload) {
        return commands.get(payload);
    }

    /** The form of a command's payload. */
    @Nullable
    RecordType<?> type(String command) {
        Class<? extends Record> type = types.get(command);
        return type == null ? null : RecordType.of(type);
    }

    /** The command that answers a request; null if it is not one or the set has no response for it. */
    public @Nullable String responseTo(String request) {
        if (!request.endsWith(REQUEST)) {
            return null;
        }
        String response = request.substring(0, request.length() - REQUEST.length()) + RESPONSE;
        return types.containsKey(response) ? response : null;
    }

    /**
     * Understands a message.
     *
     * @throws InvalidCommandException if its command is not in the set, or its payload missing or of another type
     */
    public Received read(Envelope envelope) {
        Record understood = envelope.understoodBy(this);
        if (understood != null) {
            return new Received(envelope.command(), envelope.id(), understood);
        }
        Class<? extends Record> type = types.get(envelope.command());
        if (type == null) {
            throw new InvalidCommandException(
                    envelope.command().isEmpty() ? "command is missing" : "unknown command " + envelope.command());
        }
        return new Received(
                envelope.command(), envelope.id(), RecordType.of(type).read(envelope));
    }

    /**
     * The octets of a message, which end with a line feed.
     *
     * @param id left out if empty
     * @throws HemiException if no command carries this class
     */
    public byte[] write(String id, Record payload) {
        String command = commands.get(payload.getClass());
        if (command == null) {
            throw new HemiException(
                    "command unknown for payload " + payload.getClass().getName());
        }
        JsonText out = Envelopes.begin(command, id);
        type(payload).write(out, payload, null);
        return Envelopes.end(out);
    }

    private static RecordType<?> type(Record payload) {
        return RecordType.of(payload.getClass());
    }

    /**
     * The octets of a response that says why there is no answer: the error beside zero values.
     *
     * @param response its command, of this set
     */
    public byte[] writeError(String response, String id, ProtocolError error) {
        Class<? extends Record> payload = types.get(response);
        if (payload == null) {
            throw new HemiException("unknown command " + response);
        }
        JsonText out = Envelopes.begin(response, id);
        RecordType<?> type = RecordType.of(payload);
        type.write(out, type.zero(), error);
        return Envelopes.end(out);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CommandSet set && api.equals(set.api) && types.equals(set.types);
    }

    @Override
    public int hashCode() {
        return types.hashCode();
    }
}
