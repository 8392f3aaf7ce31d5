package io.polywire.wamp.cli;

import io.polywire.model.Match;
import io.polywire.wamp.client.ClientListener;
import io.polywire.wamp.client.SessionInfo;
import io.polywire.wamp.client.WampException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Tells a person how the connection of a command that stays is doing, and ends the command when it is over for good. */
final class Losses implements ClientListener {
    private final PrintWriter err;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile boolean lost;

    Losses(PrintWriter err) {
        this.err = err;
    }

    /** The command has done its work. */
    void done() {
        end.complete(null);
    }

    /**
     * Waits for {@link #done}.
     *
     * @throws WampException if the connection is over for good before
     */
    void await() throws InterruptedException {
        try {
            end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void connected(SessionInfo session) {
        if (lost) {
            say("connected again");
        }
    }

    @Override
    public void disconnected(WampException cause) {
        if (!end.isDone()) {
            lost = true;
            say("connection lost: " + cause.getMessage());
        }
    }

    @Override
    public void reconnecting(int attempt, Duration delay) {
        say("next attempt in " + delay.toMillis() + " ms");
    }

    @Override
    public void closed(WampException cause) {
        end.completeExceptionally(cause);
    }

    private void say(String text) {
        err.println("polywire: " + text);
        err.flush();
    }

    /** The policy that is named, else that which the form of the URI suggests. */
    static Match match(@Nullable String named, String uri) {
        if (named == null) {
            boolean prefix = uri.isEmpty() || uri.endsWith(".");
            return prefix ? Match.PREFIX : uri.contains("..") || uri.startsWith(".") ? Match.WILDCARD : Match.EXACT;
        }
        Match match = Match.of(named);
        if (match == null) {
            throw new IllegalArgumentException("--match must be exact, prefix or wildcard, not '" + named + "'");
        }
        return match;
    }
}
