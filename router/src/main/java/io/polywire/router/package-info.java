/**
 * A realm: sessions, broker and dealer.
 *
 * <p>A pure state machine: it knows no socket, thread, clock or randomness. Time, timers, ids and the ways to the peers are
 * passed in, so the same code runs behind sockets and under a seeded simulation. Everything of a realm belongs to one
 * thread.
 */
@NullMarked
package io.polywire.router;

import org.jspecify.annotations.NullMarked;
