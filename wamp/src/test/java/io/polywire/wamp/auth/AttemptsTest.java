package io.polywire.wamp.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.model.Reasons;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class AttemptsTest {
    private final AtomicLong clock = new AtomicLong(1);
    private final Attempts attempts = new Attempts(new Attempts.Limits(4, 3, Duration.ofSeconds(12)), clock::get);

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private void pass(long seconds) {
        clock.addAndGet(seconds(seconds).toNanos());
    }

    @Test
    void aNameHasSoManyFailuresAndGetsThemBackWithTime() {
        for (int i = 0; i < 3; i++) {
            assertEquals(Duration.ZERO, attempts.take("address " + i, "joe"));
        }
        assertEquals(seconds(4), attempts.take("another", "joe"));
        pass(3);
        assertEquals(seconds(1), attempts.take("another", "joe"));
        pass(1);
        assertEquals(Duration.ZERO, attempts.take("another", "joe"));
        assertEquals(seconds(4), attempts.take("another", "joe"));
    }

    @Test
    void anAddressHasSoManyFailuresWhateverTheNames() {
        for (int i = 0; i < 4; i++) {
            assertEquals(Duration.ZERO, attempts.take("one", "name " + i));
        }
        assertEquals(seconds(3), attempts.take("one", "name 5"));
        assertEquals(Duration.ZERO, attempts.take("other", "name 5"));
    }

    @Test
    void anAttemptThatTheAddressIsRefusedForDoesNotCountForTheName() {
        for (int i = 0; i < 4; i++) {
            attempts.take("one", "name " + i);
        }
        for (int i = 0; i < 10; i++) {
            attempts.take("one", "victim");
        }
        assertEquals(Duration.ZERO, attempts.take("other", "victim"));
    }

    @Test
    void successesDoNotCount() {
        for (int i = 0; i < 100; i++) {
            assertEquals(Duration.ZERO, attempts.take("one", "joe"));
            attempts.succeeded("one", "joe");
        }
    }

    @Test
    void theMemoryOfNamesIsBounded() {
        attempts.take("a", "first");
        attempts.take("b", "first");
        attempts.take("c", "first");
        for (int i = 0; i < 70_000; i++) {
            attempts.take("address " + i, "name " + i);
        }
        assertEquals(Duration.ZERO, attempts.take("d", "first"));
    }

    @Test
    void whoFailsTooOftenIsRefusedWithAClearTextAndOthersAreNot() {
        Principal joe = Door.principal("joe", Credential.Token.of("t", Long.MAX_VALUE));
        Principal ann = Door.principal("ann", Credential.Token.of("t", Long.MAX_VALUE));
        Authentication authentication = Door.authentication(
                AuthRules.principals(Set.of("ticket"), Door.principals(joe, ann)),
                tools -> tools.withAttempts(attempts));
        Dict hello = Door.hello("joe", Map.of(), "ticket");
        for (int i = 0; i < 3; i++) {
            Door.refused(Door.answer(new Door(authentication).asked(hello), "wrong"));
        }
        var refused = new Door(authentication).from("192.0.2.77:1").refused(hello);
        assertEquals(Reasons.AUTHENTICATION_FAILED, refused.reason());
        assertTrue(refused.text().matches("too many attempts to authenticate; try again in \\d+ s"), refused.text());
        // An unknown name is limited in the same way.
        Dict unknown = Door.hello("nobody", Map.of(), "ticket");
        Door other = new Door(authentication).from("192.0.2.78:1");
        for (int i = 0; i < 3; i++) {
            Door.refused(Door.answer(other.asked(unknown), "wrong"));
        }
        assertEquals(refused.reason(), other.refused(unknown).reason());
        Door third = new Door(authentication).from("192.0.2.79:1");
        Door.admitted(Door.answer(third.asked(Door.hello("ann", Map.of(), "ticket")), "t"));
    }
}
