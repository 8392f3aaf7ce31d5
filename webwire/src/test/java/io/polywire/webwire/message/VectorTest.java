package io.polywire.webwire.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.polywire.codec.Values;
import io.polywire.model.Serialization;
import io.polywire.webwire.message.Message.CloseSession;
import io.polywire.webwire.message.Message.ErrorReply;
import io.polywire.webwire.message.Message.Reply;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.RestoreSession;
import io.polywire.webwire.message.Message.SessionClosed;
import io.polywire.webwire.message.Message.SessionCreated;
import io.polywire.webwire.message.Message.Signal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every vector that was recorded from the original, as its file says what to do with it. */
class VectorTest {
    /** One line of the file. */
    private record Vector(String name, String kind, String hex, Map<?, ?> fields, boolean refusedByParser) {
        byte[] octets() {
            return HexFormat.of().parseHex(hex);
        }

        Message parsed() {
            return Parser.parse(octets(), 0, octets().length);
        }

        String text(String member) {
            return (String) Objects.requireNonNull(fields.get(member), member);
        }

        byte[] bytes(String member) {
            return fields.get(member) == null ? new byte[0] : HexFormat.of().parseHex(text(member));
        }

        boolean has(String member) {
            return fields.containsKey(member);
        }

        long id() {
            return java.nio.ByteBuffer.wrap(bytes("id"))
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .getLong();
        }

        Payload payload() {
            Encoding encoding =
                    has("encoding") ? Encoding.valueOf(text("encoding").toUpperCase(Locale.ROOT)) : Encoding.BINARY;
            return new Payload(encoding, bytes("payload"));
        }

        String messageName() {
            return new String(bytes("name"), ISO_8859_1);
        }
    }

    private static List<Vector> vectors() {
        List<Vector> all = new ArrayList<>();
        try (var in = Objects.requireNonNull(VectorTest.class.getResourceAsStream("/webwire.jsonl"))) {
            for (String line : new String(in.readAllBytes(), UTF_8).split("\n")) {
                byte[] json = line.getBytes(UTF_8);
                Map<?, ?> v = (Map<?, ?>) Objects.requireNonNull(Values.read(Serialization.JSON, json, 0, json.length));
                Map<?, ?> fields = v.get("fields") instanceof Map<?, ?> f ? f : Map.of();
                all.add(new Vector(
                        (String) Objects.requireNonNull(v.get("name")),
                        (String) Objects.requireNonNull(v.get("kind")),
                        (String) Objects.requireNonNull(v.get("hex")),
                        fields,
                        v.containsKey("parse_error")));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return all;
    }

    @Test
    void theFileHasAllVectors() {
        assertEquals(143, vectors().size());
    }

    @TestFactory
    Stream<DynamicTest> everyVectorHolds() {
        return vectors().stream().map(v -> dynamicTest(v.kind + ": " + v.name, () -> check(v)));
    }

    private static void check(Vector v) {
        switch (v.kind) {
            case "encode" -> {
                assertEquals(v.hex, HexFormat.of().formatHex(compose(v)));
                if (v.refusedByParser) {
                    assertThrows(MalformedMessage.class, v::parsed);
                } else {
                    Message again = v.parsed();
                    assertEquals(
                            v.hex,
                            HexFormat.of()
                                    .formatHex(
                                            again instanceof Reply r
                                                    ? Composer.composePadded(r)
                                                    : Composer.compose(again)));
                }
            }
            case "encode-reject" -> assertThrows(IllegalArgumentException.class, () -> compose(v));
            case "parse" -> assertEquals(expected(v), v.parsed());
            case "reject" -> assertThrows(MalformedMessage.class, v::parsed);
            case "client-send" -> clientSends(v);
            case "client-recv" -> clientGets(v);
            case "server-send" -> serverSends(v);
            default -> throw new AssertionError(v.kind);
        }
    }

    private static byte[] compose(Vector v) {
        return switch (v.text("message")) {
            case "signal" -> Composer.compose(new Signal(v.messageName(), v.payload()));
            case "request", "request-nameless", "nameless-request" ->
                Composer.compose(new Request(v.id(), v.messageName(), v.payload()));
            case "reply" -> Composer.composePadded(new Reply(v.id(), v.payload()));
            case "restore-session" ->
                Composer.compose(new RestoreSession(v.id(), new String(v.bytes("payload"), UTF_8)));
            case "close-session" -> Composer.compose(new CloseSession(v.id()));
            default -> throw new AssertionError(v.text("message"));
        };
    }

    private static Message expected(Vector v) {
        int type = ((Long) Objects.requireNonNull(v.fields.get("type"))).intValue();
        return switch (type) {
            case 0 -> Json.errorReply(v.id(), v.bytes("payload"), 0, v.bytes("payload").length);
            case 21 -> new SessionCreated(v.bytes("payload"));
            case 22 -> new SessionClosed();
            case 31 -> new CloseSession(v.id());
            case 32 -> new RestoreSession(v.id(), new String(v.bytes("payload"), UTF_8));
            case 63, 64, 65 -> new Signal(v.messageName(), v.payload());
            case 127, 128, 129 -> new Request(v.id(), v.messageName(), v.payload());
            case 191, 192, 193 -> new Reply(v.id(), new Payload(Encoding.of(type - 191), v.bytes("payload")));
            default -> throw new AssertionError("type " + type);
        };
    }

    private static void clientSends(Vector v) {
        if (v.refusedByParser) {
            assertThrows(MalformedMessage.class, v::parsed);
            return;
        }
        assertEquals(expected(v), v.parsed());
        assertEquals(v.hex, HexFormat.of().formatHex(Composer.compose(expected(v))));
    }

    private static void clientGets(Vector v) {
        byte[] octets = v.octets();
        switch (v.text("delivered")) {
            case "reply" -> {
                Reply reply = (Reply) Parser.parseFromServer(octets, 0, octets.length);
                byte[] data = v.bytes("payload");
                boolean padded = v.name.contains("with padding");
                byte[] own = padded ? java.util.Arrays.copyOfRange(data, 1, data.length) : data;
                assertEquals(new Payload(v.payload().encoding(), own), reply.payload());
            }
            case "error" -> {
                ErrorReply error = (ErrorReply) Parser.parseFromServer(octets, 0, octets.length);
                assertEquals(v.text("code"), error.code());
                assertEquals(v.text("message"), error.message());
            }
            case "signal" -> {
                Signal signal = (Signal) Parser.parseFromServer(octets, 0, octets.length);
                assertEquals(v.payload().encoding(), signal.payload().encoding());
                byte[] given = v.bytes("payload"); // with name and padding, if there is a name
                int own = signal.payload().data().length;
                assertArrayEquals(
                        java.util.Arrays.copyOfRange(given, given.length - own, given.length),
                        signal.payload().data());
                assertEquals(signal.name(), new String(given, 0, octets[1] & 0xFF, ISO_8859_1));
                assertEquals(v.hex, HexFormat.of().formatHex(Composer.compose(signal)));
            }
            case "session-created" -> {
                SessionCreated created = (SessionCreated) Parser.parseFromServer(octets, 0, octets.length);
                Session session = Session.parse(created.session());
                assertEquals(v.hex, "15" + HexFormat.of().formatHex(session.toJson()));
                assertEquals(Values.write(Serialization.JSON, v.fields.get("session")).length, session.toJson().length);
            }
            case "session-closed" ->
                assertEquals(new SessionClosed(), Parser.parseFromServer(octets, 0, octets.length));
            case "nothing" ->
                assertThrows(MalformedMessage.class, () -> {
                    Message m = Parser.parseFromServer(octets, 0, octets.length);
                    Session.parse(((SessionCreated) m).session());
                });
            default -> throw new AssertionError(v.text("delivered"));
        }
    }

    /** What goes out for a message that came in is tested with the door; here, that it is read and written alike. */
    private static void serverSends(Vector v) {
        byte[] octets = v.octets();
        Message message = Parser.parseFromServer(octets, 0, octets.length);
        assertEquals(v.hex, HexFormat.of().formatHex(Composer.compose(message)));
        byte[] json = switch (message) {
            case SessionCreated m -> m.session();
            case Reply m
            when m.payload().text().startsWith("{\"key\"") -> m.payload().data();
            default -> null;
        };
        if (json != null) {
            assertArrayEquals(json, Session.parse(json).toJson());
        }
        byte[] in = v.bytes("in");
        Message request = Parser.parse(in, 0, in.length);
        assertArrayEquals(in, Composer.compose(request));
    }
}
