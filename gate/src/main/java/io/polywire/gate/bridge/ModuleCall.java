package io.polywire.gate.bridge;

import io.polywire.codec.Values;
import io.polywire.gate.message.Cause;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import io.polywire.gate.program.Guest;
import io.polywire.gate.service.GuestPeer;
import io.polywire.gate.service.GuestStream;
import io.polywire.model.Payload;
import io.polywire.model.ProtocolViolation;
import io.polywire.model.Reasons;
import io.polywire.model.Serialization;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of a module's function: the client of its stream. Thread-safe; the callee hears of the outcome once, on any
 * thread.
 */
final class ModuleCall implements GuestPeer {
    static final String FAILED = "polywire.gate.error.failed";
    static final String TRAP = "polywire.gate.error.trap";
    static final String LIMIT = "polywire.gate.error.limit";
    static final String OUTPUT = "polywire.gate.error.output";

    /** Hears of results. */
    interface Callee {
        void progress(Payload payload);

        void result(Payload payload);

        void error(String uri, List<?> args);
    }

    private final ModuleProcedure procedure;
    private final Callee callee;
    private final boolean progressive;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private ByteBuffer input;
    private @Nullable Guest guest;
    private @Nullable Runnable retry;
    private @Nullable GuestStream waiting;
    private @Nullable GuestStream stream;
    private boolean inputEnded;
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();
    private boolean done;

    ModuleCall(ModuleProcedure procedure, byte[] input, boolean progressive, Callee callee) {
        this.procedure = procedure;
        this.input = ByteBuffer.wrap(input);
        this.progressive = progressive && procedure.encoding() == Serialization.JSON;
        this.callee = callee;
    }

    /** Completes with true when the outcome is there. */
    CompletableFuture<Boolean> over() {
        return over.copy();
    }

    /**
     * Connects to an instance, which runs or is about to.
     *
     * @param otherwise what to do if it stops before it takes the call; null: that is an error
     */
    void connect(Guest to, @Nullable Runnable otherwise) {
        synchronized (this) {
            guest = to;
            retry = otherwise;
            if (done) {
                return;
            }
        }
        GuestStream s = to.connect(this);
        synchronized (this) {
            waiting = s;
            if (!done) {
                return;
            }
        }
        s.lost();
    }

    /** Ends the call with an error, and its instance, unless that has not come to the call yet and has others. */
    void stop(String uri, String text) {
        Guest g;
        GuestStream unheard;
        synchronized (this) {
            boolean kill = stream != null || !procedure.resident();
            g = kill ? guest : null;
            unheard = kill ? null : waiting;
        }
        error(uri, List.of(text));
        if (g != null) {
            g.kill();
        }
        if (unheard != null) {
            unheard.lost();
        }
    }

    void error(String uri, List<?> args) {
        if (finish()) {
            callee.error(uri, args);
        }
    }

    private boolean finish() {
        synchronized (this) {
            if (done) {
                return false;
            }
            done = true;
        }
        over.complete(true);
        return true;
    }

    // ---- the stream

    @Override
    public void connected(GuestStream s) {
        synchronized (this) {
            stream = s;
        }
        if (!input.hasRemaining()) {
            endInput(s);
        }
    }

    private void endInput(GuestStream s) {
        synchronized (this) {
            if (inputEnded) {
                return;
            }
            inputEnded = true;
        }
        s.inputEnd();
    }

    private GuestStream stream() {
        GuestStream s = stream;
        if (s == null) {
            throw new IllegalStateException("not connected");
        }
        return s;
    }

    @Override
    public void refused() {
        Guest g;
        Runnable again;
        synchronized (this) {
            g = guest;
            again = done ? null : retry;
        }
        if (again != null) {
            again.run();
        } else if (procedure.resident()) {
            error(Reasons.UNAVAILABLE, List.of("the instance takes no calls"));
        } else if (g != null) {
            var _ = g.whenStopped().thenAccept(this::stopped);
        }
    }

    @Override
    public void credit(int bytes) {
        int n = Math.min(bytes, input.remaining());
        ByteBuffer part = input.slice(input.position(), n);
        input.position(input.position() + n);
        stream().input(part);
        if (!input.hasRemaining()) {
            endInput(stream());
        }
    }

    @Override
    public void output(byte[] data) {
        if (output.size() + data.length > procedure.maxOutput()) {
            stop(LIMIT, "output over " + procedure.maxOutput() + " bytes");
            return;
        }
        output.writeBytes(data);
        stream().consumed(data.length);
        if (progressive) {
            lines();
        }
    }

    /** All complete lines but the last are progressive results. */
    private void lines() {
        byte[] all = output.toByteArray();
        int begin = 0;
        for (int i = 0; i + 1 < all.length; i++) {
            if (all[i] == '\n') {
                progress(Arrays.copyOfRange(all, begin, i));
                begin = i + 1;
            }
        }
        if (begin > 0) {
            output.reset();
            output.write(all, begin, all.length - begin);
        }
    }

    private void progress(byte[] line) {
        try {
            Payload payload = payload(line);
            if (!done) {
                callee.progress(payload);
            }
        } catch (ProtocolViolation e) {
            stop(OUTPUT, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void outputEnd() {
        stream().outputWritten();
    }

    @Override
    public void inputEnd() {}

    @Override
    public void closed() {
        Guest g = guest;
        if (g == null) {
            return;
        }
        if (procedure.resident() && g.status().state() == State.RUNNING) {
            result();
        } else {
            var _ = g.whenStopped().thenAccept(this::stopped);
        }
    }

    // ---- the outcome

    private void stopped(Status s) {
        Cause cause = s.cause();
        if (s.state() == State.HALTED || s.state() == State.TERMINATED) {
            if (s.result() == 0) {
                result();
            } else {
                error(FAILED, List.of(output.toString(StandardCharsets.UTF_8)));
            }
        } else if (cause == Cause.CALL_STACK_EXHAUSTED) {
            error(LIMIT, List.of(cause.name()));
        } else if (cause != null) {
            error(TRAP, List.of(cause.name()));
        } else {
            error(Reasons.CANCELED, List.of("the instance was stopped"));
        }
    }

    private void result() {
        try {
            Payload payload = payload(output.toByteArray());
            if (finish()) {
                callee.result(payload);
            }
        } catch (ProtocolViolation e) {
            error(OUTPUT, List.of(String.valueOf(e.getMessage())));
        }
    }

    /** An object with only args and kwargs gives those, another value is the one argument, nothing is nothing. */
    private Payload payload(byte[] document) {
        if (document.length == 0) {
            return Payload.EMPTY;
        }
        Object value = Values.read(procedure.encoding(), document, 0, document.length);
        if (value instanceof Map<?, ?> m
                && !m.isEmpty()
                && Set.of("args", "kwargs").containsAll(m.keySet())) {
            Object args = m.containsKey("args") ? m.get("args") : List.of();
            Object kwargs = m.containsKey("kwargs") ? m.get("kwargs") : Map.of();
            if (args instanceof List<?> a && kwargs instanceof Map<?, ?> k) {
                return Payload.of(a, strings(k));
            }
        }
        return Payload.of(value);
    }

    @SuppressWarnings("unchecked") // keys of decoded maps are strings
    private static Map<String, @Nullable Object> strings(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }
}
