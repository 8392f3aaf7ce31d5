package io.polywire.ccproxy.bridge;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.client.IoChannel;
import io.polywire.ccproxy.client.RefusedException;
import io.polywire.ccproxy.hyperstart.Command;
import io.polywire.ccproxy.hyperstart.IoFrame;
import io.polywire.model.Dict;
import io.polywire.model.Message.Yield;
import io.polywire.model.Payload;
import io.polywire.model.Reasons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One process started by a call of {@code exec}: its output goes out as progressive results, input comes by progressive
 * invocations, the result is its exit code.
 *
 * <p>{@link #input} and {@link #cancel} come on the realm's thread; one virtual thread carries output, another input.
 */
final class Execution {
    private static final byte[] END = new byte[0];

    private final VmSession vm;
    private final long request;
    private final List<@Nullable Object> args;
    private final Map<String, @Nullable Object> kwargs;
    private final boolean wantsOutput;
    private final BlockingQueue<byte[]> input = new LinkedBlockingQueue<>();
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile @Nullable IoChannel channel;

    Execution(
            VmSession vm,
            long request,
            List<@Nullable Object> args,
            Map<String, @Nullable Object> kwargs,
            boolean wantsOutput,
            boolean inputFollows) {
        this.vm = vm;
        this.request = request;
        this.args = args;
        this.kwargs = kwargs;
        this.wantsOutput = wantsOutput;
        if (!inputFollows) {
            input.add(END);
        }
    }

    void start() {
        Thread.ofVirtual().name("ccproxy-exec").start(this::run);
    }

    /** More input: bytes, or text. Returns how many octets now wait. */
    long input(List<@Nullable Object> pieces, boolean more) {
        long octets = 0;
        for (Object piece : pieces) {
            byte[] bytes = piece instanceof byte[] b
                    ? b
                    : piece instanceof String s ? s.getBytes(StandardCharsets.UTF_8) : END;
            if (bytes.length > 0) {
                input.add(bytes);
                octets += bytes.length;
            }
        }
        if (!more) {
            input.add(END);
        }
        return octets;
    }

    /** The caller has lost interest. The agent cannot end a process; its streams are closed. */
    void cancel() {
        fail(Reasons.CANCELED, "canceled");
        IoChannel open = channel;
        if (open != null) {
            open.close();
        }
    }

    private void run() {
        boolean terminal = Boolean.TRUE.equals(kwargs.get("terminal"));
        try {
            CcProxyClient client = vm.client();
            try (IoChannel io = client.allocateIo(terminal ? 1 : 2)) {
                channel = io;
                client.hyper(Command.EXECCMD.wireName(), process(io.ioBase(), terminal));
                Thread.ofVirtual().name("ccproxy-exec-input").start(() -> feed(io));
                output(io);
            }
        } catch (RefusedException e) {
            fail(VmSession.ERROR, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            fail(VmSession.ERROR, "VM " + vm.containerId() + " is gone");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            vm.ended(request);
            input.add(END); // whoever waits for input ends
        }
    }

    private void output(IoChannel io) throws IOException, InterruptedException {
        boolean ended = false;
        for (IoFrame frame = io.read(); frame != null && !answered.get(); frame = io.read()) {
            boolean error = frame.sequence() != io.ioBase();
            if (!error && frame.end()) {
                ended = true;
            } else if (!error && ended) {
                if (answered.compareAndSet(false, true)) {
                    long code = frame.payload()[0] & 0xFF;
                    vm.answer(new Yield(request, Dict.EMPTY, Payload.of(code)));
                }
                return;
            } else if (wantsOutput && !frame.end()) {
                vm.gate().pass();
                // One at a time: a realm that is busy holds up this process, not its own queue.
                vm.answerAndWait(new Yield(
                        request, Dict.of("progress", true), Payload.of(error ? "stderr" : "stdout", frame.payload())));
            }
        }
        fail(VmSession.ERROR, "the streams ended before the exit code");
    }

    private void feed(IoChannel io) {
        long inHand = 0;
        try {
            while (true) {
                byte[] bytes = input.take();
                inHand = bytes.length;
                if (bytes.length == 0) {
                    io.endInput();
                    return;
                }
                io.write(bytes);
                vm.inputTaken(bytes.length);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // The process does not read any more. What comes is taken and dropped, so that no caller waits for it.
            long dropped = inHand;
            for (byte[] bytes = input.poll(); bytes != null; bytes = input.poll()) {
                dropped += bytes.length;
            }
            vm.inputTaken(dropped);
        }
    }

    /** What execcmd wants: the arguments are the command line, the keywords the other members of the process. */
    private Map<String, @Nullable Object> process(long ioBase, boolean terminal) {
        Map<String, @Nullable Object> process = new LinkedHashMap<>(kwargs);
        Object container = process.remove("container");
        process.put("terminal", terminal);
        process.put("stdio", ioBase);
        process.put("stderr", terminal ? 0 : ioBase + 1);
        if (!args.isEmpty()) {
            process.put("args", args);
        }
        process.putIfAbsent("workdir", "/");
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("container", container == null ? vm.containerId() : container);
        data.put("process", process);
        return data;
    }

    private void fail(String uri, String text) {
        if (answered.compareAndSet(false, true)) {
            vm.fail(request, uri, text);
        }
    }
}
