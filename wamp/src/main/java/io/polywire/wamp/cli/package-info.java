/**
 * Commands that are clients of a router: call, publish, subscribe, register, sessions, procedures, topics, kill, ping, bench,
 * top, and the contexts in which they connect.
 */
@NullMarked
package io.polywire.wamp.cli;

import org.jspecify.annotations.NullMarked;
