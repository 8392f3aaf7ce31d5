package io.polywire.wamp.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.model.Dict;
import io.polywire.router.Identity;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a session (WAMP, "Sessions", "Protocol Violations"). */
@Timeout(120)
class SessionLifecycleTest {
    private static final String VIOLATION = "wamp.error.protocol_violation";

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void helloIsAnsweredByWelcomeWithRolesIdentityAndRealm(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer peer = served.shaken()) {
            peer.sendMessage(RawPeer.HELLO);
            String welcome = peer.expect("[2,");
            for (String part : new String[] {
                "\"broker\":{\"features\":{",
                "\"dealer\":{\"features\":{",
                "\"authrole\":\"anonymous\"",
                "\"authmethod\":\"anonymous\"",
                "\"authid\":\"",
                "\"realm\":\"realm1\"",
                "\"agent\":\"Polywire test\""
            }) {
                assertTrue(welcome.contains(part), welcome);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSecondHelloIsAViolation(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer peer = served.joined()) {
            peer.sendMessage(RawPeer.HELLO);
            peer.expectAbort(VIOLATION);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[48,1,{},\"a.b\"]",
                "[5,\"signature\",{}]",
                "[6,{},\"wamp.close.normal\"]",
                "[16,1,{},\"a.b\"]",
                "[2,1,{}]"
            })
    void beforeHelloNothingElseIsAllowed(String message) throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage(message);
            peer.expectAbort(VIOLATION);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[2,1,{}]",
                "[4,\"ticket\",{}]",
                "[5,\"x\",{}]",
                "[17,1,1]",
                "[33,1,1]",
                "[35,1]",
                "[36,1,1,{}]",
                "[50,1,{}]",
                "[65,1,1]",
                "[67,1]",
                "[68,1,1,{}]",
                "[69,1,{}]",
                "[7,1,1]",
                "[256,1]",
                "[8,48,1,{},\"a.b\"]",
                "[70,9007199254740992,{}]",
                "[8,68,77,{},\"a.b\"]",
                "[]",
                "{}",
                "null",
                "[48]",
                "[48,0,{},\"a.b\"]",
                "[48,-1,{},\"a.b\"]",
                "[48,1.5,{},\"a.b\"]",
                "[48,9007199254740993,{},\"a.b\"]",
                "[48,1,[],\"a.b\"]",
                "[48,1,{},7]",
                "[48,1,{},\"a.b\",{}]",
                "[48,1,{},\"a.b\",[],[]]",
                "[48,1,{},\"a.b\"",
                "[48,1,{},\"a.b\"]]",
                "[48,true,{},\"a.b\"]",
                "[16,1,{\"ppt_scheme\":\"x_a\"},\"a.b\"]",
                "[48,1,{\"progress\":true},\"a.b\"]"
            })
    void aViolationInASessionIsAnsweredByAbortBeforeTheConnectionEnds(String message) throws IOException {
        for (boolean hop : new boolean[] {false, true}) {
            try (Served served = new Served(hop);
                    RawPeer peer = served.joined()) {
                peer.sendMessage("[32,1,{},\"a.b\"]");
                peer.sendMessage(message);
                peer.sendMessage("[32,2,{},\"a.b\"]"); // no longer looked at
                peer.expect("[33,1,");
                peer.expectAbort(VIOLATION);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goodbyeIsAnsweredAfterEverythingBeforeIt(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer peer = served.joined()) {
            peer.sendMessage("[32,1,{},\"a.b\"]");
            peer.sendMessage("[6,{},\"wamp.close.close_realm\"]");
            peer.expect("[33,1,");
            assertEquals("[6,{},\"wamp.close.goodbye_and_out\"]", peer.read());
            peer.expectEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterGoodbyeTheSameConnectionMayJoinAgain(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer peer = served.joined()) {
            for (int i = 0; i < 3; i++) {
                peer.sendMessage("[6,{},\"wamp.close.close_realm\"]");
                peer.sendMessage("[48,99,{},\"ignored.until.hello\"]");
                peer.sendMessage(RawPeer.HELLO);
                peer.expect("[6,{},\"wamp.close.goodbye_and_out\"]");
                peer.expect("[2,");
            }
        }
    }

    @Test
    void anAbortOfTheClientEndsTheConnectionWithoutAnswer() throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.joined()) {
            peer.sendMessage("[3,{},\"wamp.error.whatever\"]");
            peer.expectEnd();
        }
    }

    @Test
    void anUnknownRealmIsRefused() throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage("[1,\"no.such\",{\"roles\":{\"caller\":{}}}]");
            peer.expectAbort("wamp.error.no_such_realm");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a..b", "a b", "#"})
    void aRealmThatIsNoUriIsRefused(String realm) throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage("[1,\"" + realm + "\",{\"roles\":{\"caller\":{}}}]");
            peer.expectAbort("wamp.error.invalid_uri");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"roles\":{}}", "{\"roles\":{\"wizard\":{}}}"})
    void withoutAKnownRoleNobodyJoins(String details) throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage("[1,\"realm1\"," + details + "]");
            peer.expectAbort("wamp.error.no_such_role");
        }
    }

    @Test
    void theWishToResumeASessionIsIgnored() throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage("[1,\"realm1\",{\"roles\":{\"caller\":{}},\"resumable\":true,\"resume-session\":1,"
                    + "\"resume-token\":\"x\"}]");
            assertFalse(peer.expect("[2,").contains("resum"));
        }
    }

    @Test
    void unknownRolesAndFeaturesAreIgnored() throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage(
                    "[1,\"realm1\",{\"roles\":{\"wizard\":{},\"caller\":{\"features\":{\"x\":1}}},\"zz\":null}]");
            peer.expect("[2,");
        }
    }

    @Test
    void anOfferedMethodThatTheRealmLacksIsRefused() throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage("[1,\"realm1\",{\"roles\":{\"caller\":{}},\"authmethods\":[\"ticket\"]}]");
            peer.expectAbort("wamp.error.no_matching_auth_method");
        }
    }

    @Test
    void whoSaysNoHelloInTimeIsCutOff() throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.shaken()) {
            peer.expectEnd();
        }
    }

    @Test
    void whoDoesNotAnswerAChallengeInTimeIsRefused() throws IOException {
        Admission ask = applicant -> new Admission.Ask("ticket", Dict.EMPTY, answer -> admit());
        try (Served served = new Served(Served.QUICK, ask, false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage(RawPeer.HELLO);
            assertEquals("[4,\"ticket\",{}]", peer.read());
            peer.expectAbort("wamp.error.authentication_failed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAnswerToAChallengeDecides(boolean hop) throws IOException {
        AtomicReference<String> signature = new AtomicReference<>();
        Admission ask = applicant -> new Admission.Ask("ticket", Dict.EMPTY, answer -> {
            signature.set(answer.signature());
            return new Admission.Later(CompletableFuture.supplyAsync(() -> admit()));
        });
        try (Served served = new Served(Served.QUICK, ask, hop);
                RawPeer peer = served.shaken()) {
            peer.sendMessage(RawPeer.HELLO);
            peer.expect("[4,");
            peer.sendMessage("[5,\"secret\",{}]");
            peer.expect("[2,");
            assertEquals("secret", signature.get());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[48,1,{},\"a.b\"]", "[6,{},\"wamp.close.normal\"]", "[1,\"realm1\",{}]"})
    void onlyAuthenticateAnswersAChallenge(String message) throws IOException {
        Admission ask = applicant -> new Admission.Ask("ticket", Dict.EMPTY, answer -> admit());
        try (Served served = new Served(Served.QUICK, ask, false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage(RawPeer.HELLO);
            peer.expect("[4,");
            peer.sendMessage(message);
            peer.expectAbort(VIOLATION);
        }
    }

    @Test
    void anAdmissionThatFailsRefusesWithoutDetails() throws IOException {
        Admission fails = applicant -> new Admission.Later(
                CompletableFuture.failedFuture(new IllegalStateException("the database is at 10.0.0.1")));
        try (Served served = new Served(Served.QUICK, fails, false);
                RawPeer peer = served.shaken()) {
            peer.sendMessage(RawPeer.HELLO);
            String abort = peer.expect("[3,");
            assertTrue(abort.contains("wamp.error.authentication_failed"), abort);
            assertTrue(!abort.contains("database"), abort);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aKilledSessionGetsGoodbyeAndMayAnswer(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer victim = served.joined();
                RawPeer killer = served.joined()) {
            killer.sendMessage("[48,1,{},\"wamp.session.kill_all\",[],{\"reason\":\"my.reason\",\"message\":\"why\"}]");
            killer.expect("[50,1,{},[1]]");
            assertEquals("[6,{\"message\":\"why\"},\"my.reason\"]", victim.read());
            victim.sendMessage("[48,1,{},\"a.b\"]"); // ignored
            victim.sendMessage("[6,{},\"wamp.close.goodbye_and_out\"]");
            victim.expectEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSessionsOfLostConnectionsLeave(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer watcher = served.joined()) {
            watcher.sendMessage("[32,1,{},\"wamp.session.on_leave\"]");
            watcher.expect("[33,1,");
            served.joined().close();
            watcher.expect("[36,");
        }
    }

    private static Admission.Decision admit() {
        return new Admission.Admit(new Identity("joe", "user", "ticket", "test", Map.of()), Map.of());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatComesBetweenGoodbyeAndAnotherHelloIsIgnored(boolean hop) throws IOException {
        try (Served served = new Served(hop);
                RawPeer peer = served.joined()) {
            peer.sendMessage("[6,{},\"wamp.close.close_realm\"]");
            for (String late : new String[] {"[48,1,{},\"a.b\"]", "[36,1,1,{}]", "nonsense", "[6,{},\"a.b\"]"}) {
                peer.sendMessage(late);
            }
            peer.sendMessage(RawPeer.HELLO);
            peer.expect("[6,{},\"wamp.close.goodbye_and_out\"]");
            peer.expect("[2,");
        }
    }

    @Test
    void withoutAnotherHelloTheConnectionEndsAfterGoodbye() throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.joined()) {
            peer.sendMessage("[6,{},\"wamp.close.close_realm\"]");
            peer.expect("[6,{},\"wamp.close.goodbye_and_out\"]");
            peer.expectEnd();
        }
    }

    @Test
    void whoDoesNotAnswerTheRoutersGoodbyeIsCutOff() throws IOException {
        try (Served served = new Served(false);
                RawPeer victim = served.joined();
                RawPeer killer = served.joined()) {
            killer.sendMessage("[48,1,{},\"wamp.session.kill_all\"]");
            killer.expect("[50,1,{},[1]]");
            victim.expect("[6,{},\"wamp.close.killed\"]");
            victim.expectEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wamp.error.close_realm", "wamp.error.system_shutdown", "wamp.error.goodbye_and_out"})
    void theOldNamesOfReasonsAreAcceptedAndNeverSent(String reason) throws IOException {
        try (Served served = new Served(false);
                RawPeer peer = served.joined()) {
            peer.sendMessage("[6,{},\"" + reason + "\"]");
            peer.expect("[6,{},\"wamp.close.goodbye_and_out\"]");
        }
    }
}
