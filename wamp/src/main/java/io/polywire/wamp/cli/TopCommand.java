package io.polywire.wamp.cli;

import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.WampClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp.Capability;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code top}: what a Polywire server does, live. */
@Command(
        name = "top",
        description = "Shows what a Polywire server does, once a second; q ends it, s changes the order, p pauses.",
        mixinStandardHelpOptions = true)
final class TopCommand implements Callable<Integer> {
    private static final int KEY_WAIT = 50; // milliseconds for which one look at the keyboard waits

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Option(
            names = "--interval",
            paramLabel = "S",
            description = "Seconds between two looks. Default: ${DEFAULT-VALUE}")
    private double interval = 1;

    @Option(names = "--once", description = "Prints one picture and ends.")
    private boolean once;

    private int order;
    private boolean paused;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (interval < 0.1) {
            throw new ParameterException(spec.commandLine(), "--interval must be at least 0.1");
        }
        try (WampClient client = target.connect()) {
            if (target.json) {
                return json(client);
            }
            return once ? once(client) : live(client);
        }
    }

    private TopFrame.Look look(WampClient client) {
        Arguments most = Arguments.NONE.with("limit", 10_000);
        return new TopFrame.Look(
                TopFrame.Row.of(client.call("polywire.stats").await().value()),
                rows(client, "polywire.procedures", "procedures", most),
                rows(client, "polywire.sessions", "sessions", most));
    }

    private static List<TopFrame.Row> rows(WampClient client, String procedure, String member, Arguments arguments) {
        TopFrame.Row answer =
                TopFrame.Row.of(client.call(procedure, arguments).await().value());
        return ListCommands.list(answer.members().get(member)).stream()
                .map(TopFrame.Row::of)
                .toList();
    }

    private void pause() throws InterruptedException {
        Thread.sleep(Duration.ofMillis(Math.round(interval * 1000)));
    }

    private int json(WampClient client) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        do {
            out.println(Values.compact(client.call("polywire.stats").await().value()));
            out.flush();
            if (!once) {
                pause();
            }
        } while (!once);
        return 0;
    }

    private int once(WampClient client) throws InterruptedException {
        TopFrame.Look before = look(client);
        pause();
        TopFrame.of(before, look(client), 0, 120, 40).forEach(spec.commandLine().getOut()::println);
        return 0;
    }

    private int live(WampClient client) throws IOException {
        try (Terminal terminal =
                TerminalBuilder.builder().system(true).dumb(false).build()) {
            Attributes normal = terminal.enterRawMode();
            terminal.puts(Capability.enter_ca_mode);
            terminal.puts(Capability.cursor_invisible);
            try {
                return draw(client, terminal);
            } finally {
                terminal.puts(Capability.cursor_normal);
                terminal.puts(Capability.exit_ca_mode);
                terminal.setAttributes(normal);
                terminal.flush();
            }
        } catch (IllegalStateException e) {
            throw new IllegalStateException("there is no terminal to draw on; --once prints one picture", e);
        }
    }

    private int draw(WampClient client, Terminal terminal) {
        TopFrame.Look before = look(client);
        while (true) {
            if (waits(terminal)) {
                return 0;
            }
            if (paused) {
                continue;
            }
            TopFrame.Look now = look(client);
            int width = Math.max(40, terminal.getWidth());
            int height = Math.max(10, terminal.getHeight());
            terminal.puts(Capability.cursor_address, 0, 0);
            List<String> lines = TopFrame.of(before, now, order, width, height);
            for (int i = 0; i < lines.size(); i++) {
                terminal.writer().print(lines.get(i));
                terminal.puts(Capability.clr_eol);
                terminal.writer().print(i + 1 < lines.size() ? "\r\n" : "");
            }
            terminal.puts(Capability.clr_eos);
            terminal.flush();
            before = now;
        }
    }

    /** Waits for the next look, or a key; true if the command is to end. */
    private boolean waits(Terminal terminal) {
        long end = System.nanoTime() + Math.round(interval * 1e9);
        try {
            while (System.nanoTime() < end) {
                switch (terminal.reader().read(KEY_WAIT)) {
                    case 'q', 'Q', 3, 4, -1 -> {
                        return true;
                    }
                    case 's' -> {
                        order++;
                        return false;
                    }
                    case 'p', ' ' -> paused = !paused;
                    default -> {
                        // no key, or one without meaning
                    }
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
