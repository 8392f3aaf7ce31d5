/** Shows what a server does: numbers for people, dashboards and Prometheus, and procedures to act on it. */
@NullMarked
package io.polywire.server.watch;

import org.jspecify.annotations.NullMarked;
