package io.polywire.wamp.cli;

import io.polywire.wamp.client.link.Transport;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code context add|list|show|select|remove}. */
@Command(
        name = "context",
        description = "Stores addresses and identities under names, so that commands need not repeat them.",
        mixinStandardHelpOptions = true)
final class ContextCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Contexts contexts = Contexts.ofUser(System.getenv());

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "one of add, list, show, select, remove is missing");
    }

    @Command(
            name = "add",
            description = "Stores the given options; the first context is selected at once.",
            mixinStandardHelpOptions = true)
    int add(@Mixin Target target, @Parameters(paramLabel = "NAME") String name) {
        Contexts.Context given = target.given();
        if (given.url() != null) {
            Transport.to(given.url()); // wrong ones are told now, not at the next command
        }
        contexts.put(name, given);
        if (contexts.selected() == null) {
            contexts.select(name);
        }
        return 0;
    }

    @Command(
            name = "list",
            description = "Lists the contexts; * marks the selected one.",
            mixinStandardHelpOptions = true)
    int list(
            @Option(names = "--json", description = "Prints JSON, one document a line.", defaultValue = "false")
                    boolean json) {
        for (String name : contexts.names()) {
            Contexts.Context context = contexts.get(name);
            boolean selected = name.equals(contexts.selected());
            String url = context.url() == null ? "" : context.url();
            if (json) {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                object.put("name", name);
                object.put("selected", selected);
                object.putAll(shown(context));
                spec.commandLine().getOut().println(Values.compact(object));
            } else {
                spec.commandLine().getOut().println((selected ? "* " : "  ") + name + "  " + url);
            }
        }
        return 0;
    }

    @Command(name = "show", description = "Shows a context, but not its password.", mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "NAME", arity = "0..1", description = "Default: the selected one") @Nullable
                    String name) {
        String which = name == null ? contexts.selected() : name;
        if (which == null) {
            throw new IllegalArgumentException("no context is selected; 'polywire context list' shows all");
        }
        spec.commandLine().getOut().println(Values.compact(shown(contexts.get(which))));
        return 0;
    }

    private static Map<String, @Nullable Object> shown(Contexts.Context c) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("url", c.url());
        shown.put("realm", c.realm());
        shown.put("user", c.user());
        shown.put("password", c.password() == null ? null : "(stored)");
        shown.put("key", c.key());
        shown.put("ca", c.ca());
        shown.put("serialization", c.serialization());
        shown.values().removeIf(value -> value == null);
        return shown;
    }

    @Command(name = "select", description = "Puts a context to use.", mixinStandardHelpOptions = true)
    int select(@Parameters(paramLabel = "NAME") String name) {
        contexts.select(name);
        return 0;
    }

    @Command(name = "remove", description = "Forgets a context.", mixinStandardHelpOptions = true)
    int remove(@Parameters(paramLabel = "NAME") String name) {
        if (!contexts.remove(name)) {
            throw new IllegalArgumentException("there is no context '" + name + "'");
        }
        return 0;
    }
}
