/**
 * The cc-proxy API of version 2.0.0: containers in VMs, their commands and streams.
 *
 * <p>{@code message} has the JSON messages of the API socket, {@code hyperstart} the frames of the agent's serial
 * channels, {@code unix} the sockets, {@code door} the proxy, {@code client} its client.
 */
@NullMarked
package io.polywire.ccproxy;

import org.jspecify.annotations.NullMarked;
