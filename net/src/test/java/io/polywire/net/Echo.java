package io.polywire.net;

/** Sends back what comes. */
final class Echo implements MessageHandler {
    @Override
    public void onMessage(WebSocket socket, byte[] buf, int off, int len, boolean text) {
        socket.send(buf, off, len, text);
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {}
}
