/// A WebWire server with sessions, signals and errors, for trying clients: --listen HOST:PORT, --no-sessions
import io.polywire.net.Endpoint;
import io.polywire.webwire.door.Client;
import io.polywire.webwire.door.HeadedServer;
import io.polywire.webwire.door.Hooks;
import io.polywire.webwire.door.RequestException;
import io.polywire.webwire.door.Server;
import io.polywire.webwire.door.ServerSettings;
import io.polywire.webwire.door.SessionException;
import io.polywire.webwire.door.SessionHooks;
import io.polywire.webwire.message.Message.Request;
import io.polywire.webwire.message.Message.Signal;
import io.polywire.webwire.message.Payload;
import io.polywire.webwire.message.Session;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

public final class WebwireTestApp implements Hooks, SessionHooks {
    private final Map<Client, List<String>> connected = new ConcurrentHashMap<>();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    /** Runs until it is killed; port 0 lets the system choose one. */
    public static void main(String[] args) throws InterruptedException {
        String at = "127.0.0.1:9090";
        boolean withSessions = true;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--listen") && i + 1 < args.length) {
                at = args[++i];
            } else if (args[i].equals("--no-sessions")) {
                withSessions = false;
            } else {
                System.err.println("usage: webwire-testapp [--listen HOST:PORT] [--no-sessions]");
                System.exit(2);
            }
        }
        HeadedServer server = HeadedServer.open(Endpoint.parse(at), server(withSessions));
        IO.println("listening on " + server.endpoint());
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        Thread.currentThread().join();
    }

    /** A server with this application. */
    public static Server server(boolean withSessions) {
        WebwireTestApp app = new WebwireTestApp();
        return new Server(app, withSessions ? app : null, ServerSettings.DEFAULT);
    }

    @Override
    public Payload replyAtOnce(Client client, Request request) {
        return request.name().startsWith("echo") || request.name().isEmpty() ? request.payload() : null;
    }

    @Override
    public Payload onRequest(Client client, Request request) throws InterruptedException {
        return switch (request.name()) {
            case "login" -> login(client, request.payload().text());
            case "logout" -> logout(client);
            case "whoami" -> Payload.utf8(user(client));
            case "fail" -> throw new RequestException("SAMPLE_ERROR", "sample error message");
            case "slow" -> slow(request.payload());
            case "broadcast" -> broadcast(user(client), request.payload());
            case "hooks" -> Payload.utf8(String.join(",", connected.getOrDefault(client, List.of())));
            default -> throw new RequestException("UNKNOWN_REQUEST", "unknown request");
        };
    }

    private static Payload login(Client client, String user) {
        if (client.session() != null) {
            throw new RequestException("ALREADY_LOGGED_IN", "this connection already has a session");
        }
        try {
            return Payload.utf8(client.createSession(Map.of("username", user)).key());
        } catch (SessionException e) {
            throw new RequestException("INTERNAL_ERROR", e.text());
        }
    }

    private static Payload logout(Client client) {
        try {
            client.closeSession();
        } catch (SessionException e) {
            throw new RequestException("INTERNAL_ERROR", e.text());
        }
        return Payload.EMPTY;
    }

    private static Payload slow(Payload payload) throws InterruptedException {
        long millis = -1;
        try {
            millis = Long.parseLong(payload.text());
        } catch (NumberFormatException e) {
            // answered below
        }
        if (millis < 0) {
            throw new RequestException("BAD_REQUEST", "payload must be a decimal number of milliseconds");
        }
        Thread.sleep(millis);
        return payload;
    }

    private Payload broadcast(String user, Payload payload) {
        int reached = 0;
        for (Client one : connected.keySet()) {
            if (user.equals(userOrNull(one)) && one.signal("", payload)) {
                reached++;
            }
        }
        return Payload.utf8(Integer.toString(reached));
    }

    private static String user(Client client) {
        String user = userOrNull(client);
        if (user == null) {
            throw new RequestException("NO_SESSION");
        }
        return user;
    }

    private static String userOrNull(Client client) {
        Session session = client.session();
        return session != null
                        && session.info() instanceof Map<?, ?> info
                        && info.get("username") instanceof String user
                ? user
                : null;
    }

    @Override
    public void onSignal(Client client, Signal signal) {
        if (signal.name().isEmpty() || signal.name().startsWith("notify")) {
            client.signal(signal.name(), signal.payload());
        }
    }

    @Override
    public void onClientConnected(Client client) {
        connected.put(client, new CopyOnWriteArrayList<>());
        note(client, "OnClientConnected");
    }

    @Override
    public void onClientDisconnected(Client client) {
        connected.remove(client);
    }

    private void note(Client client, String hook) {
        List<String> called = connected.get(client);
        if (called != null) {
            called.add(hook);
        }
    }

    @Override
    public void onSessionCreated(Client client) {
        note(client, "OnSessionCreated");
        Session session = client.session();
        if (session != null) {
            sessions.put(session.key(), session);
        }
    }

    @Override
    public Session onSessionLookup(String key) {
        if (key.equals("lookup-error")) {
            throw new IllegalStateException("the lookup fails for this key");
        }
        return sessions.get(key);
    }

    @Override
    public void onSessionClosed(Client client) {
        note(client, "OnSessionClosed");
        Session session = client.session();
        if (session != null) {
            sessions.remove(session.key());
        }
    }
}
