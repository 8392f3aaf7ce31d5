package io.polywire.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A session in a {@link ClientProgram}. */
record RemotePeer(ClientProgram program, String name) implements Peer {
    static RemotePeer open(ClientProgram program, String name, Map<String, String> settings) {
        program.ask("open", name, settings);
        return new RemotePeer(program, name);
    }

    @Override
    public void register(String uri, Does does) {
        program.ask("register", name, Map.of("uri", uri, "does", does.name().toLowerCase(Locale.ROOT)));
    }

    @Override
    public void unregister(String uri) {
        program.ask("unregister", name, Map.of("uri", uri));
    }

    @Override
    public Answer call(String uri, Payload payload, boolean progress) {
        Map<?, ?> answer = program.ask(
                "call",
                name,
                Map.of("uri", uri, "args", payload.args(), "kwargs", payload.kwargs(), "progress", progress));
        List<List<?>> steps = new ArrayList<>();
        for (Object step : ClientProgram.list(answer.get("progress"))) {
            steps.add((List<?>) step);
        }
        return new Answer(ClientProgram.payload(answer), steps);
    }

    @Override
    public void subscribe(String uri, String match) {
        program.ask("subscribe", name, Map.of("uri", uri, "match", match));
    }

    @Override
    public void unsubscribe(String uri) {
        program.ask("unsubscribe", name, Map.of("uri", uri));
    }

    @Override
    public void publish(String uri, Payload payload) {
        program.ask("publish", name, Map.of("uri", uri, "args", payload.args(), "kwargs", payload.kwargs()));
    }

    @Override
    public Payload event(String subscribed) {
        return program.event(name, subscribed);
    }

    @Override
    public void close() {
        program.ask("close", name, Map.of());
    }
}
