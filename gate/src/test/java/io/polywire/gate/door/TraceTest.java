package io.polywire.gate.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.polywire.gate.message.WebApi;
import io.polywire.gate.program.Wasm;
import io.polywire.gate.service.GuestCall;
import io.polywire.gate.service.GuestLink;
import io.polywire.gate.service.GuestService;
import io.polywire.gate.service.GuestSession;
import io.polywire.model.TraceContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What services of a program hear of the trace that the request that started it belongs to. */
@Timeout(60)
class TraceTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /** A service that the program {@code services} looks for. */
    private static final class Listening implements GuestService {
        final BlockingQueue<Optional<TraceContext>> heard = new LinkedBlockingQueue<>();

        @Override
        public String name() {
            return "no.such.service/x";
        }

        @Override
        public GuestSession open(GuestLink link, @Nullable Saved saved) {
            heard.add(Optional.ofNullable(link.trace()));
            return new GuestSession() {
                @Override
                public void call(GuestCall call, byte[] content) {}

                @Override
                public byte[] state() {
                    return new byte[0];
                }

                @Override
                public void close() {}
            };
        }

        Optional<TraceContext> next() throws InterruptedException {
            Optional<TraceContext> next = heard.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("the program has not looked for the service");
            }
            return next;
        }
    }

    private final Listening service = new Listening();

    private Optional<TraceContext> started(Served server, String query, String... fields) throws Exception {
        String[] all = new String[fields.length + 1];
        all[0] = server.auth();
        System.arraycopy(fields, 0, all, 1, fields.length);
        byte[] module = Wasm.bytes("services");
        assertNotNull(server.putAs(WebApi.moduleKey(module), module, query, all));
        return service.next();
    }

    @Test
    void callsAndLaunchesBelongToTheTraceOfTheirRequest() throws Exception {
        try (Served server = new Served(GateSettings.DEFAULT, List.of(service))) {
            server.door.trace();
            for (String query : List.of("?action=call&function=main", "?action=launch&function=main")) {
                TraceContext context = started(
                                server, query, "traceparent: " + PARENT, "tracestate: a=1", "tracestate: b=2")
                        .orElseThrow();
                assertEquals(PARENT, context.parent());
                assertEquals("a=1,b=2", context.state());
            }
        }
    }

    @Test
    void headersThatAreNotValidAreIgnored() throws Exception {
        try (Served server = new Served(GateSettings.DEFAULT, List.of(service))) {
            server.door.trace();
            for (String parent :
                    List.of("", PARENT + "-", PARENT.replace("4bf9", "4BF9"), "ff" + PARENT.substring(2))) {
                assertEquals(
                        Optional.empty(),
                        started(server, "?action=call&function=main", "traceparent: " + parent),
                        parent);
            }
            assertEquals(
                    Optional.empty(),
                    started(server, "?action=call&function=main", "traceparent: " + PARENT, "traceparent: " + PARENT));
        }
    }

    @Test
    void withoutTheOptionHeadersAreNotLookedAt() throws Exception {
        try (Served server = new Served(GateSettings.DEFAULT, List.of(service))) {
            assertEquals(Optional.empty(), started(server, "?action=call&function=main", "traceparent: " + PARENT));
        }
    }
}
