/**
 * What a server is told, and how the configuration file says it. Each part of the file is a record that reads itself from a
 * {@link io.polywire.server.yaml.Section}; a new room adds one and a line in {@link
 * io.polywire.server.config.ConfigFile}.
 */
@NullMarked
package io.polywire.server.config;

import org.jspecify.annotations.NullMarked;
