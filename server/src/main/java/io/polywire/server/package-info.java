/**
 * The server: command line, configuration and the wiring of doors, realms and listeners. Contains no protocol.
 */
@NullMarked
package io.polywire.server;

import org.jspecify.annotations.NullMarked;
