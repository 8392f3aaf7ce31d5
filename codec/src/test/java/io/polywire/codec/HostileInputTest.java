package io.polywire.codec;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.polywire.model.Message;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Serialization;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Whatever a peer sends, the answer is a message or a {@link ProtocolViolation}, soon and without much memory. */
class HostileInputTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void aMessageCutOffAnywhereIsRefused() {
        for (Serialization serialization : Serialization.values()) {
            for (Message message : Samples.MESSAGES) {
                byte[] octets = Samples.encode(serialization, message);
                for (int length = 0; length < octets.length; length++) {
                    byte[] cut = Arrays.copyOf(octets, length);
                    assertThrows(ProtocolViolation.class, () -> Samples.decode(serialization, cut));
                }
            }
        }
    }

    @Test
    void aMessageCutOffInsideALargerArrayIsRefused() {
        for (Serialization serialization : Serialization.values()) {
            for (Message message : Samples.MESSAGES) {
                byte[] octets = Samples.encode(serialization, message);
                for (int length = 0; length < octets.length; length++) {
                    int cut = length;
                    assertThrows(
                            ProtocolViolation.class,
                            () -> Codecs.of(serialization).decode(octets, 0, cut));
                }
            }
        }
    }

    @Test
    void deepNestingIsRefusedAtOnce() {
        refused(Serialization.JSON, "[".repeat(200_000).getBytes(StandardCharsets.US_ASCII));
        refused(Serialization.JSON, ("[48,1,{\"a\":" + "{\"a\":".repeat(200_000)).getBytes(StandardCharsets.US_ASCII));
        refused(Serialization.MSGPACK, Samples.hex("91".repeat(200_000)));
        refused(Serialization.MSGPACK, Samples.hex("95 30 01 80 A161" + "91".repeat(200_000)));
        refused(Serialization.CBOR, Samples.hex("81".repeat(200_000)));
        refused(Serialization.CBOR, Samples.hex("9F".repeat(200_000)));
        refused(Serialization.CBOR, Samples.hex("BF 61 61".repeat(200_000)));
    }

    @Test
    void manyTagsAreNoNesting() {
        refused(Serialization.CBOR, Samples.hex("C1".repeat(200_000)));
    }

    @Test
    void announcedSizesAreNotBelieved() {
        refused(Serialization.CBOR, Samples.hex("9B 7FFFFFFFFFFFFFFF 01")); // a list of 2^63-1
        refused(Serialization.CBOR, Samples.hex("BB 7FFFFFFFFFFFFFFF 01"));
        refused(Serialization.CBOR, Samples.hex("83 18 32 01 BB 7FFFFFFFFFFFFFFF")); // in Details
        refused(Serialization.CBOR, Samples.hex("84 18 32 01 A0 9B 7FFFFFFFFFFFFFFF")); // in Arguments
        refused(Serialization.CBOR, Samples.hex("5B 7FFFFFFFFFFFFFFF 01"));
        refused(Serialization.MSGPACK, Samples.hex("DD FFFFFFFF 01"));
        refused(Serialization.MSGPACK, Samples.hex("94 32 01 80 DD FFFFFFFF"));
        refused(Serialization.MSGPACK, Samples.hex("93 32 01 DF 7FFFFFFF"));
        refused(Serialization.MSGPACK, Samples.hex("92 01 DB FFFFFFFF"));
    }

    @Test
    void largeNumbersTakeNoLongTime() {
        byte[] json = ("[50,1,{},[" + "1".repeat(1 << 20) + "]]").getBytes(StandardCharsets.US_ASCII);
        refused(Serialization.JSON, json);
        byte[] cbor = Samples.hex("84 18 32 01 A0 81 C2 5A 00100000" + "FF".repeat(1 << 20)); // a bignum of 1 MiB
        assertTimeout(SOON, () -> Samples.encode(Serialization.JSON, Samples.decode(Serialization.CBOR, cbor)));
    }

    private static void refused(Serialization serialization, byte[] octets) {
        assertTimeout(SOON, () -> assertThrows(ProtocolViolation.class, () -> Samples.decode(serialization, octets)));
    }
}
