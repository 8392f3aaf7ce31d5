package io.polywire.webwire.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polywire.model.ProtocolViolation;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a connection was found to be, as it stands in messages.
 *
 * @param key 64 characters of {@code A-Z a-z 0-9 - _}, if it was made here; whoever knows it can restore the session
 * @param created when
 * @param info what the application attached: a value of the types of {@link io.polywire.model.Dict}
 */
public record Session(
        String key, OffsetDateTime created, @Nullable Object info) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_OCTETS = 48;

    /** A new session with a random key. */
    public static Session of(@Nullable Object info) {
        return of(generateKey(), Instant.now(), info);
    }

    /** A session with a date in UTC. */
    public static Session of(String key, Instant created, @Nullable Object info) {
        return new Session(key, created.atOffset(ZoneOffset.UTC), info);
    }

    /** 48 octets of a cryptographic source, in the URL alphabet of base64: 64 characters. */
    public static String generateKey() {
        byte[] octets = new byte[KEY_OCTETS];
        RANDOM.nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    /**
     * {@code {"key":"…","crt":"…","inf":…}}.
     *
     * @throws IllegalArgumentException if the info is not of the types of {@link io.polywire.model.Dict}
     */
    public byte[] toJson() {
        StringBuilder json = new StringBuilder("{\"key\":");
        Json.quote(json, key);
        json.append(",\"crt\":\"").append(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(created));
        return json.append("\",\"inf\":")
                .append(infoJson())
                .append('}')
                .toString()
                .getBytes(UTF_8);
    }

    /** The info alone, as JSON; throws like {@link #toJson}. */
    public String infoJson() {
        return Json.write(info);
    }

    /**
     * A session whose info is JSON.
     *
     * @throws MalformedMessage if it is none
     */
    public static Session ofJson(String key, OffsetDateTime created, String info) {
        byte[] json = info.getBytes(UTF_8);
        try {
            return new Session(key, created, Json.read(json, 0, json.length));
        } catch (ProtocolViolation unreadable) {
            throw new MalformedMessage("session info: " + unreadable.getMessage());
        }
    }

    /**
     * Reads what {@link #toJson} or the original wrote.
     *
     * @throws MalformedMessage if it is no session
     */
    public static Session parse(byte[] json) {
        try {
            if (Json.read(json, 0, json.length) instanceof Map<?, ?> members
                    && Json.member(members, "key") instanceof String key
                    && Json.member(members, "crt") instanceof String created) {
                return new Session(key, OffsetDateTime.parse(created), Json.member(members, "inf"));
            }
        } catch (ProtocolViolation | DateTimeException unreadable) {
            throw new MalformedMessage("session object: " + unreadable.getMessage());
        }
        throw new MalformedMessage("session object without key or date");
    }
}
