package io.polywire.gate.cli;

import io.polywire.gate.client.GateClient;
import io.polywire.gate.message.Debug;
import io.polywire.gate.message.Instances;
import io.polywire.gate.message.Status;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that look at instances and change their state. */
@Command
abstract class InstanceCommands extends ModuleCommands {
    private static final String WAIT = "Waits until it has stopped, and prints its status.";

    /** What {@code debug} does; the order is that of {@link Debug.Op}. */
    enum DebugOp {
        CONFIG,
        SET,
        ADD,
        REMOVE,
        GLOBALS,
        MEMORY,
        STACK
    }

    InstanceCommands(Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        super(environment, in, out, err);
    }

    /** For people: state, cause, result and error, as far as there are any. */
    static String text(Status status) {
        StringBuilder text = new StringBuilder(status.state().name());
        if (status.cause() != null) {
            text.append(' ').append(status.cause());
        }
        if (status.result() != 0) {
            text.append(" result ").append(status.result());
        }
        if (!status.error().isEmpty()) {
            text.append(": ").append(status.error());
        }
        return text.toString();
    }

    @Command(name = "instances", description = "Lists the own instances.", mixinStandardHelpOptions = true)
    int instances() {
        try (GateClient client = client()) {
            List<Instances.Item> all = client.instances();
            if (json()) {
                out().println(new Instances(all).toJson());
                return 0;
            }
            for (Instances.Item item : all) {
                out().println(item.instance() + "  " + text(item.status())
                        + (item.isTransient() ? "  (transient)" : "")
                        + (item.debugging() ? "  (debugging)" : ""));
            }
        }
        return 0;
    }

    @Command(name = "status", description = "Prints what an instance does.", mixinStandardHelpOptions = true)
    int status(@Parameters(paramLabel = "INSTANCE") String instance) {
        return show(client -> client.status(instance));
    }

    @Command(
            name = "wait",
            description = "Waits until an instance does not run, and prints its status.",
            mixinStandardHelpOptions = true)
    int waitFor(@Parameters(paramLabel = "INSTANCE") String instance) {
        return show(client -> client.waitFor(instance));
    }

    @Command(name = "kill", description = "Ends an instance for good.", mixinStandardHelpOptions = true)
    int kill(
            @Parameters(paramLabel = "INSTANCE") String instance,
            @Option(names = "--wait", description = WAIT) boolean wait) {
        return wait ? show(client -> client.killAndWait(instance)) : quietly(client -> client.kill(instance));
    }

    @Command(
            name = "suspend",
            description = "Stops an instance so that it can be resumed where it was.",
            mixinStandardHelpOptions = true)
    int suspend(
            @Parameters(paramLabel = "INSTANCE") String instance,
            @Option(names = "--wait", description = WAIT) boolean wait) {
        return wait ? show(client -> client.suspendAndWait(instance)) : quietly(client -> client.suspend(instance));
    }

    @Command(
            name = "resume",
            description = "Lets a suspended instance go on, or runs another function of one that has halted.",
            mixinStandardHelpOptions = true)
    int resume(
            @Parameters(paramLabel = "INSTANCE") String instance,
            @Parameters(paramLabel = "FUNCTION", arity = "0..1") @Nullable String function) {
        return quietly(client -> client.resume(instance, function == null ? "" : function));
    }

    @Command(
            name = "snapshot",
            description = "Makes a module of an instance, and prints its key.",
            mixinStandardHelpOptions = true)
    int snapshot(@Parameters(paramLabel = "INSTANCE") String instance) {
        try (GateClient client = client()) {
            show("module", client.snapshot(instance));
        }
        return 0;
    }

    @Command(
            name = "delete",
            description = "Has an instance forgotten that does not run.",
            mixinStandardHelpOptions = true)
    int delete(@Parameters(paramLabel = "INSTANCE") String instance) {
        return quietly(client -> client.delete(instance));
    }

    @Command(
            name = "debug",
            description = {
                "Looks into an instance: config (whether it runs or not), stack, globals, memory;",
                "set, add, remove change its breakpoints."
            },
            mixinStandardHelpOptions = true)
    int debug(
            @Parameters(paramLabel = "INSTANCE") String instance,
            @Parameters(
                            paramLabel = "WHAT",
                            arity = "0..1",
                            defaultValue = "config",
                            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
                    DebugOp op,
            @Option(names = "--break", paramLabel = "OFFSET", split = ",", description = "Offsets in the module.")
                    @Nullable
                    List<Long> offsets,
            @Option(names = "--info", description = "Keeps debugging information, with set and add.") boolean info,
            @Option(names = "--addr", paramLabel = "N", description = "Where to read memory.") long addr,
            @Option(names = "--size", paramLabel = "N", description = "How much of it.", defaultValue = "256")
                    long size) {
        Debug.Config config = new Debug.Config(info, offsets == null ? List.of() : offsets);
        boolean memory = op == DebugOp.MEMORY;
        try (GateClient client = client()) {
            Debug.Response answer = client.debug(
                    instance, new Debug.Request(op.ordinal(), config, memory ? addr : 0, memory ? size : 0));
            if (json()) {
                out().println(answer.toJson());
            } else if (op == DebugOp.STACK) {
                out().print(new String(answer.data(), StandardCharsets.UTF_8));
            } else if (op == DebugOp.GLOBALS || memory) {
                hex(answer.data(), memory ? addr : 0);
            } else {
                out().println("module       " + answer.module());
                out().println("status       " + text(answer.status()));
                out().println("debug info   " + answer.config().debugInfo());
                out().println("breakpoints  " + answer.config().breakpoints());
            }
        }
        return 0;
    }

    private void hex(byte[] data, long addr) {
        HexFormat format = HexFormat.ofDelimiter(" ");
        for (int at = 0; at < data.length; at += 16) {
            out().printf("%08x  %s%n", addr + at, format.formatHex(data, at, Math.min(data.length, at + 16)));
        }
    }

    private int show(Function<GateClient, Status> request) {
        try (GateClient client = client()) {
            Status status = request.apply(client);
            out().println(json() ? status.toJson() : text(status));
        }
        return 0;
    }

    private int quietly(Consumer<GateClient> request) {
        try (GateClient client = client()) {
            request.accept(client);
        }
        return 0;
    }
}
