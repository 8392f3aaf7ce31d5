package io.polywire.wamp.cli;

import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.PublishOptions;
import io.polywire.wamp.client.WampClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code publish}. */
@Command(
        name = "publish",
        description = "Publishes an event and waits until the router has confirmed it.",
        mixinStandardHelpOptions = true)
final class PublishCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Option(
            names = {"-k", "--kwarg"},
            paramLabel = "NAME=VALUE",
            description = "Named argument; may be given several times.")
    private List<String> named = List.of();

    @Option(names = "--retain", description = "The router keeps the event for those who subscribe later.")
    private boolean retain;

    @Option(names = "--disclose", description = "Lets subscribers know who published.")
    private boolean disclose;

    @Option(names = "--count", paramLabel = "N", description = "Publishes it so many times. Default: ${DEFAULT-VALUE}")
    private int count = 1;

    @Parameters(index = "0", paramLabel = "TOPIC")
    private String topic = "";

    @Parameters(index = "1..*", paramLabel = "ARG")
    private List<String> positional = List.of();

    @Override
    public Integer call() {
        Arguments arguments = Values.arguments(positional, named);
        PublishOptions options = PublishOptions.ACKNOWLEDGED;
        if (retain) {
            options = options.withRetain();
        }
        if (disclose) {
            options = options.withDiscloseMe();
        }
        try (WampClient client = target.connect()) {
            for (int i = 0; i < count; i++) {
                long id = client.publish(topic, options, arguments).await().id();
                if (target.json) {
                    spec.commandLine().getOut().println(Values.compact(Map.of("publication", id)));
                }
            }
        }
        return 0;
    }
}
