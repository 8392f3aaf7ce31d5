package io.polywire.wamp.client;

/**
 * A published event.
 *
 * @param id publication id; 0 if no acknowledgement was asked for
 */
public record Publication(long id) {}
