package io.polywire.net;

/** Loops and a listener on a free port of the loopback. */
final class Served implements AutoCloseable {
    final Loops loops;
    final Listener listener;

    Served(Doors doors) {
        this(new ListenSettings(new Endpoint.Tcp("127.0.0.1", 0)), doors);
    }

    Served(ListenSettings settings, Doors doors) {
        this(Loops.open(1), settings, doors);
    }

    Served(Loops loops, ListenSettings settings, Doors doors) {
        this.loops = loops;
        this.listener = Listener.open(loops, settings, doors);
    }

    /** Upgrades everywhere. */
    static Served webSocket(WebSocketSettings settings, MessageHandler handler) {
        return new Served(Doors.http(request -> new HttpAnswer.Upgrade(handler, settings)));
    }

    Endpoint at() {
        return listener.endpoint();
    }

    @Override
    public void close() {
        listener.close();
        loops.close();
    }
}
