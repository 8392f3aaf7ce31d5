package io.polywire.net;

import io.netty.channel.Channel;

/** A connection that carries plain octets; write to its {@link #output}. Threads: see {@link Connection}. */
public final class ByteStream extends Connection {
    private final StreamHandler handler;

    ByteStream(Channel channel, Loop loop, Peer peer, StreamHandler handler) {
        super(channel, loop, peer);
        this.handler = handler;
    }

    @Override
    void opened() {
        handler.onOpen(this);
    }

    @Override
    void bytes(byte[] in, int length) {
        if (isOpen()) {
            handler.onBytes(this, in, 0, length);
        }
    }

    @Override
    void readComplete() {
        handler.onReadComplete(this);
    }

    @Override
    void drained() {
        handler.onDrained(this);
    }

    @Override
    void ticked(long now) {
        handler.onTick(this);
    }

    @Override
    void farewell(int code, String reason) {}

    @Override
    boolean awaitsFarewell() {
        return false;
    }

    @Override
    void ended(int code, String reason) {
        handler.onClose(this, code, reason);
    }
}
