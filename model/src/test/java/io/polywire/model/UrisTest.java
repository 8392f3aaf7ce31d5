package io.polywire.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class UrisTest {
    private static final int SPACE = Pattern.UNICODE_CHARACTER_CLASS;
    private static final Pattern[] LOOSE = {
        Pattern.compile("^([^\\s.#]+\\.)*[^\\s.#]+$", SPACE),
        Pattern.compile("^([^\\s.#]+\\.)*[^\\s.#]*$", SPACE),
        Pattern.compile("^(([^\\s.#]+\\.)|\\.)*([^\\s.#]+)?$", SPACE)
    };
    private static final Pattern[] STRICT = {
        Pattern.compile("^([0-9a-z_]+\\.)*[0-9a-z_]+$"),
        Pattern.compile("^([0-9a-z_]+\\.)*[0-9a-z_]*$"),
        Pattern.compile("^(([0-9a-z_]+\\.)|\\.)*([0-9a-z_]+)?$")
    };

    @Property
    void theScannerAgreesWithTheExpressionsOfTheSpecification(
            @ForAll
                    @StringLength(max = 12)
                    @Chars({'a', 'z', 'A', '0', '_', '.', '#', ' ', '-', '\n', '\u00a0', '\u0085', '\u2003', 'é'})
                    String uri) {
        for (Match match : Match.values()) {
            assertEquals(LOOSE[match.ordinal()].matcher(uri).matches(), Uris.valid(uri, match, false), uri);
            assertEquals(STRICT[match.ordinal()].matcher(uri).matches(), Uris.valid(uri, match, true), uri);
        }
    }

    @Test
    void aUriHasAtMost4096Characters() {
        assertTrue(Uris.valid("a".repeat(4096), false));
        assertFalse(Uris.valid("a".repeat(4097), false));
    }

    @Test
    void theFirstComponentWampIsReserved() {
        assertTrue(Uris.reserved("wamp"));
        assertTrue(Uris.reserved("wamp.x"));
        assertFalse(Uris.reserved("wampx.y"));
        assertFalse(Uris.reserved("com.wamp"));
    }
}
