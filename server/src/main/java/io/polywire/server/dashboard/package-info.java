/** The dashboard: a page that is a client of the router, and the door that hands it out. */
@NullMarked
package io.polywire.server.dashboard;

import org.jspecify.annotations.NullMarked;
