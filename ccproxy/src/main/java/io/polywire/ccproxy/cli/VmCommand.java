package io.polywire.ccproxy.cli;

import io.polywire.ccproxy.client.CcProxyClient;
import io.polywire.ccproxy.client.IoChannel;
import io.polywire.ccproxy.client.RefusedException;
import io.polywire.ccproxy.hyperstart.IoFrame;
import io.polywire.ccproxy.message.RawJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

/** {@code polywire vm}: what a proxy has registered, and what can be done with it, over the proxy's socket. */
@Command(
        name = "vm",
        mixinStandardHelpOptions = true,
        description = "Lists the VMs of a running proxy, sends them commands, runs programs in their containers.")
public final class VmCommand {
    private static final int REFUSED = 1;
    private static final int LOST = 2;
    private static final int INPUT = 4084;

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            defaultValue = CcProxyCommand.DEFAULT_SOCKET,
            description = "where the proxy listens; ${DEFAULT-VALUE} unless told")
    private String socket = CcProxyCommand.DEFAULT_SOCKET;

    private VmCommand(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Runs one command; returns its exit status: that of the program for {@code exec}, else 0, 1 (refused) or 2. */
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(new VmCommand(in, out, err));
        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            if (!(e instanceof IOException)) {
                throw e;
            }
            err.println("vm: " + e.getMessage());
            return e instanceof RefusedException ? REFUSED : LOST;
        });
        if (args.length == 0) {
            line.usage(err);
            return LOST;
        }
        return line.execute(args);
    }

    @Command(name = "list", description = "Shows the registered VMs.")
    int list() throws IOException {
        try (CcProxyClient client = CcProxyClient.connect(socket)) {
            String format = "%-40s %-9s %7s %7s%n";
            out.printf(format, "CONTAINER", "STATE", "CLIENTS", "STREAMS");
            for (JsonNode vm : client.list()) {
                out.printf(
                        format,
                        vm.path("containerId").asString(),
                        vm.path("state").asString(),
                        vm.path("clients").asInt(),
                        vm.path("streams").asInt());
            }
        }
        return 0;
    }

    @Command(
            name = "attach",
            description = {
                "Sends commands to the agent of a VM: the one given, or those read from standard input, a line each,",
                "as a name and, after a space, JSON data."
            })
    int attach(
            @Parameters(paramLabel = "CONTAINER") String container,
            @Parameters(paramLabel = "COMMAND", arity = "0..1") @Nullable String command,
            @Parameters(paramLabel = "JSON", arity = "0..1") @Nullable String data)
            throws IOException {
        try (CcProxyClient client = CcProxyClient.connect(socket)) {
            client.attach(container);
            if (command != null) {
                client.hyper(command, data == null ? null : RawJson.of(data));
                return 0;
            }
            int status = 0;
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    status = Math.max(status, send(client, line.strip()));
                }
            }
            return status;
        }
    }

    @Command(
            name = "exec",
            description = {
                "Runs a program in a container; its input and output are those of this command, its exit status too."
            })
    int exec(
            @Option(
                            names = {"-t", "--terminal"},
                            description = "gives it a terminal; errors come with the output")
                    boolean terminal,
            @Option(
                            names = {"-w", "--workdir"},
                            paramLabel = "DIR",
                            defaultValue = "/")
                    String workdir,
            @Option(
                            names = {"-c", "--container"},
                            paramLabel = "ID",
                            description = "in the VM, where it is not the one that the VM is registered by")
                    @Nullable
                    String inVm,
            @Parameters(paramLabel = "CONTAINER") String container,
            @Parameters(paramLabel = "PROGRAM", arity = "1..*") List<String> program)
            throws IOException {
        try (CcProxyClient client = CcProxyClient.connect(socket)) {
            client.attach(container);
            try (IoChannel io = client.allocateIo(terminal ? 1 : 2)) {
                Map<String, Object> process = new LinkedHashMap<>();
                process.put("terminal", terminal);
                process.put("stdio", io.ioBase());
                process.put("stderr", terminal ? 0 : io.ioBase() + 1);
                process.put("args", program);
                process.put("workdir", workdir);
                client.hyper("execcmd", Map.of("container", inVm == null ? container : inVm, "process", process));
                Thread.ofPlatform().daemon().start(() -> feed(io));
                return output(io);
            }
        }
    }

    @Command(
            name = "logs",
            description = {
                "Follows all output of a VM, from now on and until the VM goes: standard output and standard error of",
                "all its programs. Who reads too slowly misses some of it."
            })
    int logs(
            @Option(
                            names = {"-n", "--numbers"},
                            description = "puts the number of its stream before each piece")
                    boolean numbers,
            @Parameters(paramLabel = "CONTAINER") String container)
            throws IOException {
        try (CcProxyClient client = CcProxyClient.connect(socket);
                IoChannel io = client.follow(container)) {
            Set<Long> ended = new HashSet<>();
            for (IoFrame frame = io.read(); frame != null; frame = io.read()) {
                if (frame.end()) {
                    ended.add(frame.sequence());
                } else if (!ended.contains(frame.sequence())) { // what comes after the end is the exit code
                    if (numbers) {
                        out.print(frame.sequence() + ": ");
                    }
                    out.write(frame.payload(), 0, frame.payload().length);
                    out.flush();
                }
            }
        }
        return 0;
    }

    private int send(CcProxyClient client, String line) throws IOException {
        String[] parts = line.split("\\s+", 2);
        try {
            client.hyper(parts[0], parts.length == 1 ? null : RawJson.of(parts[1]));
            out.println("ok");
            return 0;
        } catch (RefusedException e) {
            out.println("error: " + e.getMessage());
            return REFUSED;
        }
    }

    private void feed(IoChannel io) {
        byte[] room = new byte[INPUT];
        try {
            for (int n = in.read(room); n >= 0; n = in.read(room)) {
                io.write(room, 0, n);
            }
            io.endInput();
        } catch (IOException e) {
            if (!io.stream().closed()) { // else the program has ended before its input
                err.println("vm: input: " + e.getMessage());
            }
        }
    }

    private int output(IoChannel io) throws IOException {
        boolean ended = false;
        for (IoFrame frame = io.read(); frame != null; frame = io.read()) {
            boolean error = frame.sequence() != io.ioBase();
            if (!error && frame.end()) {
                ended = true;
            } else if (!error && ended) {
                out.flush();
                return frame.payload()[0] & 0xFF;
            } else {
                PrintStream to = error ? err : out;
                to.write(frame.payload(), 0, frame.payload().length);
                to.flush();
            }
        }
        throw new IOException("the VM is gone");
    }
}
