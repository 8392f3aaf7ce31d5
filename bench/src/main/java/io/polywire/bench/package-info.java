/** A load generator for WAMP routers: one thread, one selector, and the router's CPU time per operation. */
@NullMarked
package io.polywire.bench;

import org.jspecify.annotations.NullMarked;
