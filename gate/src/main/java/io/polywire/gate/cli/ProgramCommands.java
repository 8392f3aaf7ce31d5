package io.polywire.gate.cli;

import io.polywire.gate.client.CallOptions;
import io.polywire.gate.client.GateClient;
import io.polywire.gate.client.GateStream;
import io.polywire.gate.client.LaunchOptions;
import io.polywire.gate.client.ModuleContent;
import io.polywire.gate.message.State;
import io.polywire.gate.message.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code call}, {@code launch}, {@code io}. */
@Command
abstract class ProgramCommands extends InstanceCommands {
    private static final String WEB_SOCKET = "Over a WebSocket; the program is not told when its input ends.";
    private static final int PIECE = 1 << 16;

    ProgramCommands(Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        super(environment, in, out, err);
    }

    @Command(
            name = "call",
            description = {
                "Runs a program; its input and output are those of this command, its result is the exit status.",
                "A FILE is kept on the server for as long as the call needs it."
            },
            mixinStandardHelpOptions = true)
    int call(
            @Parameters(paramLabel = "MODULE|FILE") String module,
            @Parameters(paramLabel = "FUNCTION", arity = "0..1", description = "Default: _start") @Nullable
                    String function,
            @Option(names = "--ref", description = "Keeps the module on the server.") boolean ref,
            @Option(names = "--no-input", description = "The program gets no input; a file goes along with the call.")
                    boolean noInput,
            @Option(names = "--debug", description = "Asks for a program that can be debugged.") boolean debug,
            @Option(names = "--websocket", description = WEB_SOCKET) boolean webSocket)
            throws IOException {
        ModuleArgument argument = ModuleArgument.of(module);
        CallOptions options = new CallOptions(function == null ? "" : function, ref, debug);
        try (GateClient client = client()) {
            ModuleContent content = argument.content();
            if (content == null) {
                return run(
                        webSocket
                                ? client.callOverWebSocket(argument.name(), options)
                                : client.call(argument.name(), options),
                        noInput,
                        true);
            }
            try (Progress progress = progress("upload", content.length())) {
                content = content.withProgress(progress);
                if (webSocket || noInput) {
                    return run(
                            webSocket ? client.callOverWebSocket(content, options) : client.call(content, options),
                            noInput,
                            true);
                }
                return callWithInput(client, content, options);
            }
        }
    }

    /** Over HTTP a request has one body: the module first, then the input with a call of its reference. */
    private int callWithInput(GateClient client, ModuleContent content, CallOptions options) throws IOException {
        boolean known = client.modules().contains(content.key());
        client.upload(content);
        boolean keep = known || options.ref();
        GateStream stream;
        try {
            stream = client.call(content.key(), new CallOptions(options.function(), false, options.debug()));
        } finally {
            if (!keep) {
                client.unref(content.key()); // An instance needs no reference.
            }
        }
        return run(stream, false, true);
    }

    @Command(
            name = "io",
            description = "Connects to an instance; its input and output are those of this command.",
            mixinStandardHelpOptions = true)
    int io(
            @Parameters(paramLabel = "INSTANCE") String instance,
            @Option(names = "--websocket", description = WEB_SOCKET) boolean webSocket)
            throws IOException {
        try (GateClient client = client()) {
            return run(webSocket ? client.ioOverWebSocket(instance) : client.io(instance), false, false);
        }
    }

    @Command(
            name = "launch",
            description = "Starts a program and prints its instance.",
            mixinStandardHelpOptions = true)
    int launch(
            @Parameters(paramLabel = "MODULE|FILE") String module,
            @Parameters(paramLabel = "FUNCTION", arity = "0..1", description = "Default: _start") @Nullable
                    String function,
            @Option(names = "--ref", description = "Keeps the module on the server, also without the instance.")
                    boolean ref,
            @Option(names = "--suspended", description = "Makes the instance, but does not start it.")
                    boolean suspended,
            @Option(names = "--instance", paramLabel = "UUID", description = "The id that it shall have.") @Nullable
                    String id,
            @Option(names = "--debug", description = "Asks for a program that can be debugged.") boolean debug)
            throws IOException {
        ModuleArgument argument = ModuleArgument.of(module);
        LaunchOptions options =
                new LaunchOptions(function == null ? "" : function, ref, suspended, id == null ? "" : id, debug);
        String instance;
        try (GateClient client = client()) {
            ModuleContent content = argument.content();
            if (content == null) {
                instance = client.launch(argument.name(), options);
            } else {
                try (Progress progress = progress("upload", content.length())) {
                    instance = client.launch(content.withProgress(progress), options);
                }
            }
        }
        show("instance", instance);
        return 0;
    }

    /** Carries both directions until the program, or its connection, has ended. */
    private int run(GateStream stream, boolean noInput, boolean called) throws IOException {
        try (stream) {
            if (noInput) {
                stream.input().close();
            } else {
                // Ends with the process where the input goes on after the program.
                Thread.ofPlatform().daemon().start(() -> feed(stream));
            }
            byte[] room = new byte[PIECE];
            InputStream output = stream.output();
            for (int n = output.read(room); n >= 0; n = output.read(room)) {
                out().write(room, 0, n);
                out().flush();
            }
            return result(stream.await(), called);
        }
    }

    private int result(Status status, boolean called) {
        boolean ended = status.state() == State.TERMINATED || status.state() == State.HALTED;
        if (json()) {
            err().println(status.toJson()); // Standard output is the program's.
        } else if (status.state() != State.RUNNING && !(ended && called)) {
            err().println("gate: " + text(status));
        }
        if (called) {
            return ended ? status.result() : FAILED;
        }
        return 0;
    }

    private void feed(GateStream stream) {
        byte[] room = new byte[PIECE];
        try (OutputStream input = stream.input()) {
            for (int n = in().read(room); n >= 0; n = in().read(room)) {
                input.write(room, 0, n);
            }
        } catch (IOException e) {
            // The program takes no more; how it ended is told with its output.
        }
    }
}
