package io.polywire.webwire.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.webwire.message.Message.ErrorReply;
import io.polywire.webwire.message.Message.Reply;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.Signal;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParserTest {
    private static final int[] TYPES = {0, 21, 22, 31, 32, 63, 64, 65, 127, 128, 129, 191, 192, 193, 99};

    @Test
    void anyOctetsAreAMessageOrMalformed() {
        Random random = new Random(42);
        int messages = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] octets = new byte[random.nextInt(40)];
            random.nextBytes(octets);
            if (octets.length > 0) {
                octets[0] = (byte) TYPES[random.nextInt(TYPES.length)];
                octets[Math.min(octets.length - 1, random.nextBoolean() ? 1 : 9)] &= 7; // short names
            }
            for (boolean server : new boolean[] {true, false}) {
                try {
                    Message m = server
                            ? Parser.parse(octets, 0, octets.length)
                            : Parser.parseFromServer(octets, 0, octets.length);
                    assertTrue(m.type() == (octets[0] & 0xFF));
                    messages++;
                } catch (MalformedMessage expected) {
                    assertTrue(!expected.text().isEmpty());
                }
            }
        }
        assertTrue(messages > 50_000, "the input is too seldom a message to test anything: " + messages);
    }

    @Test
    void whatWasComposedIsParsedFromAnyPlace() {
        Random random = new Random(7);
        for (int length = 0; length <= 255; length++) {
            String name = "n".repeat(length);
            for (Encoding encoding : Encoding.values()) {
                byte[] data = new byte[2 + 2 * random.nextInt(20)];
                random.nextBytes(data);
                Payload payload = new Payload(encoding, data);
                for (Message m :
                        new Message[] {new Signal(name, payload), new Request(random.nextLong(), name, payload)}) {
                    byte[] octets = Composer.compose(m);
                    byte[] around = new byte[octets.length + 10];
                    random.nextBytes(around);
                    System.arraycopy(octets, 0, around, 5, octets.length);
                    assertEquals(m, Parser.parse(around, 5, octets.length));
                }
            }
        }
    }

    @Test
    void whatIsParsedSharesNothingWithTheInput() {
        byte[] octets = {0x3f, 0, 1, 2}; // SignalBinary, no name, 01 02
        Signal signal = (Signal) Parser.parse(octets, 0, octets.length);
        Arrays.fill(octets, (byte) 9);
        assertArrayEquals(new byte[] {1, 2}, signal.payload().data());
    }

    @Test
    void aReplyInUtf16IsReadWithAndWithoutPadding() {
        byte[] bare = {(byte) 0xc1, 1, 0, 0, 0, 0, 0, 0, 0, 'h', 0}; // type, id, "h"
        byte[] padded = {(byte) 0xc1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 'h', 0}; // type, id, padding, "h"
        assertEquals(new Reply(1, Payload.utf16("h")), Parser.parseFromServer(bare, 0, bare.length));
        assertEquals(new Reply(1, Payload.utf16("h")), Parser.parseFromServer(padded, 0, padded.length));
        assertArrayEquals(padded, Composer.composePadded(new Reply(1, Payload.utf16("h"))));
    }

    @Test
    void errorsSurviveTheJson() {
        ErrorReply error = new ErrorReply(5, "A\"B\\", "<&>\u2028 ü 🙂 \n\u0001");
        byte[] octets = Composer.compose(error);
        assertEquals(error, Parser.parse(octets, 0, octets.length));
    }

    @Test
    void sessionsAreWrittenLikeTheOriginalDoes() {
        Session session = Session.ofJson(
                "k", java.time.OffsetDateTime.parse("2018-03-03T16:49:28.120+01:00"), "{\"a\":[1,\"<\"]}");
        assertEquals(
                "{\"key\":\"k\",\"crt\":\"2018-03-03T16:49:28.12+01:00\",\"inf\":{\"a\":[1,\"\\u003c\"]}}",
                new String(session.toJson(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(session, Session.parse(session.toJson()));
        assertThrows(MalformedMessage.class, () -> Session.parse(new byte[] {'{', '}'}));
        assertThrows(
                IllegalArgumentException.class,
                () -> Session.of(Map.of("x", new Object())).toJson());
    }

    @Test
    void keysHave64CharactersOfTheUrlAlphabet() {
        assertTrue(Session.generateKey().matches("[A-Za-z0-9_-]{64}"));
    }
}
