package io.polywire.gate.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polywire.codec.Payloads;
import io.polywire.codec.Values;
import io.polywire.gate.service.GuestServices;
import io.polywire.model.Dict;
import io.polywire.model.Message;
import io.polywire.model.Payload;
import io.polywire.model.Serialization;
import io.polywire.model.TraceContext;
import io.polywire.router.HostedRealm;
import io.polywire.router.Identity;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The service "wamp" as a program uses it, packet by packet, with a real realm behind it. */
@Timeout(60)
class WampServiceTest {
    private RealmFixture fixture;
    private HostedRealm realm;
    private WampService service;
    private Program program;

    /** Sends and receives packets as a program would. */
    private static final class Program {
        final GuestServices services;
        private final Deque<List<?>> infos = new ArrayDeque<>();
        private final Deque<List<?>> replies = new ArrayDeque<>();

        Program(WampService service, byte @Nullable [] saved) {
            this(service, saved, null);
        }

        Program(WampService service, byte @Nullable [] saved, @Nullable TraceContext trace) {
            services = new GuestServices(Map.of("wamp", service), "ed25519:x", "i", trace);
            if (saved == null) {
                // size 15, code -1, domain 0, count 1, "wamp", padding
                send(new byte[] {15, 0, 0, 0, -1, -1, 0, 0, 1, 0, 4, 'w', 'a', 'm', 'p', 0});
            } else {
                services.restore(saved);
                services.start();
            }
        }

        void send(byte[] packet) {
            assertEquals(packet.length, services.send(packet, 0, packet.length));
        }

        void call(Object... values) {
            byte[] content = Values.write(Serialization.CBOR, Arrays.asList(values));
            ByteBuffer b = ByteBuffer.allocate((8 + content.length + 7) & ~7).order(ByteOrder.LITTLE_ENDIAN);
            b.putInt(8 + content.length).putInt(0).put(content);
            send(b.array());
        }

        /** Reads one packet, waiting for it. */
        private void read() throws Exception {
            CompletionStage<?> ready = services.untilReady(true, false);
            if (ready != null) {
                ready.toCompletableFuture().get(20, TimeUnit.SECONDS);
            }
            byte[] header = new byte[8];
            assertEquals(8, services.receive(header, 0, 8));
            int size = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt();
            byte[] content = new byte[((size + 7) & ~7) - 8];
            assertEquals(content.length, services.receive(content, 0, content.length));
            if (header[4] == 0) {
                Object value = Values.read(Serialization.CBOR, content, 0, size - 8);
                (header[6] == 0 ? replies : infos).add(assertInstanceOf(List.class, value));
            }
        }

        List<?> reply() throws Exception {
            while (replies.isEmpty()) {
                read();
            }
            return replies.remove();
        }

        List<?> info() throws Exception {
            while (infos.isEmpty()) {
                read();
            }
            return infos.remove();
        }
    }

    @BeforeEach
    void open() {
        fixture = new RealmFixture();
        realm = fixture.realm();
        service =
                new WampService(realm, p -> new Identity(String.valueOf(p), "anonymous", "ed25519", "gate", Map.of()));
        program = new Program(service, null);
    }

    @AfterEach
    void close() {
        program.services.close();
        fixture.close();
    }

    @Test
    void aProgramCallsAProcedureAndHearsItsResultOrError() throws Exception {
        RealmFixture.Other other = fixture.new Other();
        other.receive(new Message.Register(1, Dict.EMPTY, "com.add"));
        other.next(Message.Registered.class);
        program.call("call", "com.add", List.of(1, 2), Map.of("k", "v"), Map.of());
        Message.Invocation i = other.next(Message.Invocation.class);
        assertEquals(List.of(1L, 2L), Payloads.args(i.payload()));
        other.receive(new Message.Yield(i.request(), Dict.EMPTY, Payload.of(3L)));
        assertEquals(List.of("result", List.of(3L), Map.of()), program.reply());
        program.call("call", "com.none", List.of(), Map.of(), Map.of());
        List<?> error = program.reply();
        assertEquals(List.of("error", "wamp.error.no_such_procedure"), error.subList(0, 2));
    }

    @Test
    void callsAndPublicationsBelongToTheProgramsTraceUnlessItNamesAnother() throws Exception {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        String own = "00-11111111111111111111111111111111-2222222222222222-01";
        Program traced = new Program(service, null, TraceContext.of(parent, null));
        RealmFixture.Other other = fixture.new Other();
        other.receive(new Message.Register(1, Dict.EMPTY, "com.f"));
        other.next(Message.Registered.class);
        other.receive(new Message.Subscribe(2, Dict.EMPTY, "com.news"));
        other.next(Message.Subscribed.class);
        traced.call("call", "com.f", List.of(), Map.of(), Map.of());
        assertEquals(parent, other.next(Message.Invocation.class).details().get(TraceContext.PARENT));
        traced.call("publish", "com.news", List.of(), Map.of(), Map.of());
        assertEquals(parent, other.next(Message.Event.class).details().get(TraceContext.PARENT));
        traced.call("call", "com.f", List.of(), Map.of(), Map.of(TraceContext.PARENT, own));
        assertEquals(own, other.next(Message.Invocation.class).details().get(TraceContext.PARENT));
        traced.services.close();
    }

    @Test
    void repliesComeInTheOrderOfTheCalls() throws Exception {
        RealmFixture.Other other = fixture.new Other();
        other.receive(new Message.Register(1, Dict.EMPTY, "com.slow"));
        other.next(Message.Registered.class);
        program.call("call", "com.slow", List.of(1), Map.of(), Map.of());
        program.call("call", "com.slow", List.of(2), Map.of(), Map.of());
        program.call("publish", "com.t", List.of(), Map.of(), Map.of());
        Message.Invocation first = other.next(Message.Invocation.class);
        Message.Invocation second = other.next(Message.Invocation.class);
        other.receive(new Message.Yield(second.request(), Dict.EMPTY, Payload.of("b")));
        other.receive(new Message.Yield(first.request(), Dict.EMPTY, Payload.of("a")));
        assertEquals(List.of("a"), program.reply().get(1));
        assertEquals(List.of("b"), program.reply().get(1));
        assertEquals(Arrays.asList("published", null), program.reply());
    }

    @Test
    void eventsComeAsInfoUntilTheSubscriptionEnds() throws Exception {
        RealmFixture.Other other = fixture.new Other();
        program.call("subscribe", "com.topic", Map.of());
        List<?> subscribed = program.reply();
        assertEquals("subscribed", subscribed.getFirst());
        other.receive(new Message.Publish(1, Dict.EMPTY, "com.topic", Payload.of("hello")));
        List<?> event = program.info();
        assertEquals("event", event.get(0));
        assertEquals(subscribed.get(1), event.get(1));
        assertEquals(List.of("hello"), event.get(4));
        program.call("unsubscribe", subscribed.get(1));
        assertEquals(List.of("unsubscribed"), program.reply());
        program.call("unsubscribe", subscribed.get(1));
        assertEquals("wamp.error.no_such_subscription", program.reply().get(1));
    }

    @Test
    void aProgramAnswersCallsOfAProcedureThatItRegistered() throws Exception {
        RealmFixture.Other other = fixture.new Other();
        program.call("register", "com.mine", Map.of());
        assertEquals("registered", program.reply().getFirst());
        other.receive(new Message.Call(1, Dict.EMPTY, "com.mine", Payload.of(20L)));
        List<?> invocation = program.info();
        assertEquals("invocation", invocation.get(0));
        assertEquals(List.of(20L), invocation.get(4));
        program.call("yield", invocation.get(1), List.of(21L), Map.of(), Map.of());
        assertEquals(List.of("done"), program.reply());
        assertEquals(
                List.of(21L), Payloads.args(other.next(Message.Result.class).payload()));
        other.receive(new Message.Call(2, Dict.EMPTY, "com.mine", Payload.EMPTY));
        program.call("fail", program.info().get(1), "com.error", List.of("no"), Map.of());
        assertEquals(List.of("done"), program.reply());
        assertEquals("com.error", other.next(Message.ErrorMessage.class).error());
    }

    @Test
    void requestsThatAreNoneAreAnsweredWithAnError() throws Exception {
        program.call("nothing");
        assertEquals("wamp.error.invalid_argument", program.reply().get(1));
        program.call(1);
        assertEquals("wamp.error.invalid_argument", program.reply().get(1));
        program.call("call", "not a uri", List.of(), Map.of(), Map.of());
        assertEquals("wamp.error.invalid_uri", program.reply().get(1));
        program.send(new byte[] {9, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0});
        assertEquals("wamp.error.invalid_argument", program.reply().get(1));
    }

    @Test
    void aResultOverThePacketLimitIsAnError() throws Exception {
        RealmFixture.Other other = fixture.new Other();
        other.receive(new Message.Register(1, Dict.EMPTY, "com.big"));
        other.next(Message.Registered.class);
        program.call("call", "com.big", List.of(), Map.of(), Map.of());
        Message.Invocation i = other.next(Message.Invocation.class);
        other.receive(new Message.Yield(i.request(), Dict.EMPTY, Payload.of("x".repeat(70_000))));
        assertEquals("wamp.error.payload_size_exceeded", program.reply().get(1));
    }

    @Test
    void aRestoredProgramHasItsSubscriptionsAndRegistrations() throws Exception {
        program.call("subscribe", "com.topic", Map.of());
        Object subscription = program.reply().get(1);
        program.call("register", "com.mine", Map.of());
        Object registration = program.reply().get(1);
        byte[] saved = program.services.save();
        program.services.close();
        program.call("call", "com.x", List.of(), Map.of(), Map.of()); // dropped: the service is gone
        program = new Program(service, saved);
        RealmFixture.Other other = fixture.new Other();
        other.receive(new Message.Publish(1, Dict.EMPTY, "com.topic", Payload.of("again")));
        assertEquals(subscription, program.info().get(1));
        other.receive(new Message.Call(2, Dict.EMPTY, "com.mine", Payload.EMPTY));
        assertEquals(registration, program.info().get(2));
    }

    @Test
    void theSessionEndsWithTheInstance() throws Exception {
        program.call("publish", "com.t", List.of(), Map.of(), Map.of());
        program.reply();
        assertEquals(1, fixture.sessions());
        program.services.stop();
        assertEquals(1, fixture.sessions(), "a suspended one keeps its session");
        program.services.start();
        program.services.close();
        assertEquals(0, fixture.sessions());
        assertTrue(program.services.writable());
    }
}
