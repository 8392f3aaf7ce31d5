package io.polywire.wamp.cli;

import io.polywire.wamp.client.Event;
import io.polywire.wamp.client.SubscribeOptions;
import io.polywire.wamp.client.WampClient;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code subscribe}. */
@Command(
        name = "subscribe",
        description = "Prints events until it is interrupted; a lost connection is made again.",
        mixinStandardHelpOptions = true)
final class SubscribeCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Option(
            names = "--match",
            paramLabel = "POLICY",
            description = "exact, prefix or wildcard. Default: exact; prefix for a TOPIC that ends with a dot")
    private @Nullable String match;

    @Option(names = "--retained", description = "Begins with the event that the router keeps.")
    private boolean retained;

    @Option(names = "--count", paramLabel = "N", description = "Ends after so many events.")
    private @Nullable Integer count;

    @Option(names = "--raw", description = "Prints the arguments only.")
    private boolean raw;

    @Parameters(arity = "1..*", paramLabel = "TOPIC")
    private List<String> topics = List.of();

    private int taken;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        Losses losses = new Losses(err);
        try (WampClient client = target.connect(losses)) {
            for (String topic : topics) {
                SubscribeOptions options = SubscribeOptions.DEFAULT.withMatch(Losses.match(match, topic));
                client.subscribe(topic, retained ? options.withRetained() : options, event -> take(event, losses))
                        .await();
            }
            if (!target.json && !raw) {
                err.println("subscribed to " + String.join(", ", topics));
                err.flush();
            }
            losses.await();
        }
        return 0;
    }

    /** Events of several topics come on several threads. */
    private synchronized void take(Event event, Losses losses) {
        if (count == null || taken < count) {
            taken++;
            print(spec.commandLine().getOut(), event);
            if (count != null && taken == count) {
                losses.done();
            }
        }
    }

    private void print(PrintWriter out, Event event) {
        if (target.json) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("time", Instant.now().toString());
            object.put("topic", event.topic());
            object.put("publication", event.publication());
            if (event.publisher() > 0) {
                object.put("publisher", event.publisher());
            }
            if (event.isRetained()) {
                object.put("retained", true);
            }
            object.putAll(Values.object(event));
            out.println(Values.compact(object));
        } else if (raw) {
            out.println(Values.lines(event));
        } else {
            String values = Values.lines(event).replace(System.lineSeparator(), "  ");
            out.println(LocalTime.now(ZoneId.systemDefault()).format(TIME) + "  " + event.topic()
                    + (event.isRetained() ? " (retained)" : "") + "  " + values);
        }
        out.flush();
    }
}
