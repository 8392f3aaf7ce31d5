package io.polywire.wamp.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The vectors of the specifications. */
final class CryptoTest {
    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    /** RFC 7914, section 11, has vectors of PBKDF2-HMAC-SHA256 in the manner of RFC 6070. */
    @Test
    void pbkdf2IsThatOfRfc7914() {
        assertArrayEquals(
                hex("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
                Crypto.pbkdf2("passwd", Crypto.utf8("salt"), 1, 32));
        assertArrayEquals(
                hex("4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"),
                Crypto.pbkdf2("Password", Crypto.utf8("NaCl"), 80_000, 32));
    }

    /** Widely published companions of RFC 6070 for SHA-256. */
    @Test
    void pbkdf2IsThatOfRfc6070WithSha256() {
        assertArrayEquals(
                hex("120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"),
                Crypto.pbkdf2("password", Crypto.utf8("salt"), 1, 32));
        assertArrayEquals(
                hex("ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"),
                Crypto.pbkdf2("password", Crypto.utf8("salt"), 2, 32));
        assertArrayEquals(
                hex("c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"),
                Crypto.pbkdf2("password", Crypto.utf8("salt"), 4096, 32));
    }

    /** RFC 4231, test cases 1 and 2. */
    @Test
    void hmacIsThatOfRfc4231() {
        assertArrayEquals(
                hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
                Crypto.hmac(hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), Crypto.utf8("Hi There")));
        assertArrayEquals(
                hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
                Crypto.hmac(Crypto.utf8("Jefe"), Crypto.utf8("what do ya want for nothing?")));
    }

    /** RFC 8032, section 7.1, tests 1 to 3. */
    @Test
    void signaturesAreThoseOfRfc8032() {
        String[][] vectors = {
            {
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            },
            {
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            },
            {
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            }
        };
        for (String[] vector : vectors) {
            byte[] seed = hex(vector[0]);
            byte[] key = hex(vector[1]);
            byte[] message = hex(vector[2]);
            byte[] signature = hex(vector[3]);
            assertArrayEquals(key, Crypto.publicKey(seed));
            assertArrayEquals(signature, Crypto.sign(Crypto.privateKey(seed), message));
            assertTrue(Crypto.signed(key, message, signature));
            signature[10] ^= 1;
            assertFalse(Crypto.signed(key, message, signature));
        }
    }

    @Test
    void whatIsNoKeyHasSignedNothing() {
        byte[] noPoint = new byte[32];
        java.util.Arrays.fill(noPoint, (byte) 0xFF);
        assertFalse(Crypto.signed(noPoint, new byte[32], new byte[64]));
        assertFalse(Crypto.signed(new byte[31], new byte[32], new byte[64]));
        assertFalse(Crypto.signed(new byte[32], new byte[32], new byte[63]));
    }

    /** RFC 4013, section 3. */
    @Test
    void saslprepIsThatOfRfc4013() {
        assertEquals("IX", Crypto.saslPrep("I\u00ADX"));
        assertEquals("user", Crypto.saslPrep("user"));
        assertEquals("USER", Crypto.saslPrep("USER"));
        assertEquals("a", Crypto.saslPrep("\u00AA"));
        assertEquals("IX", Crypto.saslPrep("\u2168"));
        assertEquals("a b", Crypto.saslPrep("a\u00A0b"));
        assertEquals("", Crypto.saslPrep(""));
        assertThrows(IllegalArgumentException.class, () -> Crypto.saslPrep("\u0007"));
        assertThrows(IllegalArgumentException.class, () -> Crypto.saslPrep("\u06271"));
    }

    @Test
    void passwordsMayHaveCharactersThatCameAfterUnicode32() {
        assertEquals("\uD83D\uDD11", Crypto.saslPrep("\uD83D\uDD11"));
    }
}
