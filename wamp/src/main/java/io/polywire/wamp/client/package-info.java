/**
 * The WAMP client: {@link io.polywire.wamp.client.WampClient} calls, registers, publishes and subscribes.
 *
 * <p>From the outside in: a {@code WampClient} outlives connections and brings registrations and subscriptions back; a
 * {@code Session} is one session from HELLO to GOODBYE and knows no transport; a {@link
 * io.polywire.wamp.client.link.Link} carries messages.
 */
@NullMarked
package io.polywire.wamp.client;

import org.jspecify.annotations.NullMarked;
