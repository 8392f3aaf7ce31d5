/**
 * Reads the configuration file: YAML with the place of every value, checked where it is read, all errors at once.
 */
@NullMarked
package io.polywire.server.config;

import org.jspecify.annotations.NullMarked;
