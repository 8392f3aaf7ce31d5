package io.polywire.wamp.client.link;

import io.polywire.model.Message;

/** What happens on a link; told on its lane, must not block. */
public interface LinkHandler {
    /** Messages may be sent. Called before anything else. */
    void opened(Link link);

    void received(Message message);

    /** The router sent what is no message; the handler closes the link. */
    void violated(String text);

    /** The link is over; told once, also after {@link Link#close}. Not told if it was never opened. */
    void lost(String reason);
}
