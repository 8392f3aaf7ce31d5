package io.polywire.wamp.cli;

import io.polywire.model.Reasons;
import io.polywire.wamp.client.Arguments;
import io.polywire.wamp.client.WampClient;
import io.polywire.wamp.client.WampException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kill}. */
@Command(
        name = "kill",
        description = "Ends sessions: those named, or all of an authid, of a role, or of the realm.",
        mixinStandardHelpOptions = true)
final class KillCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private Target target = new Target();

    @Option(names = "--authid", paramLabel = "AUTHID", description = "All sessions of that identity.")
    private @Nullable String authid;

    @Option(names = "--role", paramLabel = "ROLE", description = "All sessions with that role.")
    private @Nullable String role;

    @Option(names = "--all", description = "All sessions of the realm but this one.")
    private boolean all;

    @Option(names = "--reason", paramLabel = "URI", description = "Told to the session. Default: wamp.close.killed")
    private @Nullable String reason;

    @Option(names = "--message", paramLabel = "TEXT", description = "Told to the session.")
    private @Nullable String message;

    @Parameters(paramLabel = "SESSION", description = "Session ids.")
    private List<Long> sessions = List.of();

    @Override
    public Integer call() {
        int ways = (sessions.isEmpty() ? 0 : 1) + (authid == null ? 0 : 1) + (role == null ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1) {
            throw new ParameterException(spec.commandLine(), "give either SESSIONs, or --authid, --role or --all");
        }
        long killed = 0;
        try (WampClient client = target.connect()) {
            for (long session : sessions) {
                kill(client, session);
                killed++;
            }
            if (authid != null) {
                killed = count(client.call("wamp.session.kill_by_authid", why(Arguments.of(authid)))
                        .await()
                        .value());
            } else if (role != null) {
                killed = count(client.call("wamp.session.kill_by_authrole", why(Arguments.of(role)))
                        .await()
                        .value());
            } else if (all) {
                killed = count(client.call("wamp.session.kill_all", why(Arguments.NONE))
                        .await()
                        .value());
            }
        }
        spec.commandLine().getOut().println(target.json ? Values.compact(Map.of("killed", killed)) : killed + " ended");
        return 0;
    }

    /** By the meta API of any router; if that is not allowed, as an administrator of a Polywire server. */
    private void kill(WampClient client, long session) {
        try {
            client.call("wamp.session.kill", why(Arguments.of(session))).await();
        } catch (WampException refused) {
            if (!refused.uri().equals(Reasons.NOT_AUTHORIZED)) {
                throw refused;
            }
            try {
                client.call("polywire.kill", why(Arguments.NONE.with("session", session)))
                        .await();
            } catch (WampException e) {
                throw e.uri().equals(Reasons.NOT_AUTHORIZED) ? refused : e;
            }
        }
    }

    /** Routers give the number of sessions, or a list of their ids. */
    private static long count(@Nullable Object result) {
        return result instanceof List<?> ids ? ids.size() : result instanceof Number n ? n.longValue() : 0;
    }

    private Arguments why(Arguments arguments) {
        Arguments with = reason == null ? arguments : arguments.with("reason", reason);
        return message == null ? with : with.with("message", message);
    }
}
