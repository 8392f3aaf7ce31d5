package io.polywire.net;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** Ends this side's direction and leaves the other open, so that the peer can still read what it was sent. */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the channel, which is heard of there.
final class Lingering {
    private Lingering() {}

    static void shutdownOutput(Channel channel) {
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        if (ssl == null) {
            halfClose(channel);
        } else {
            ssl.closeOutbound().addListener(f -> halfClose(channel));
        }
    }

    private static void halfClose(Channel channel) {
        if (channel instanceof DuplexChannel duplex && channel.isActive()) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }
}
