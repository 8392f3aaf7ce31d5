/** The command {@code gate}: a client of the Gate web API for people and scripts. */
@NullMarked
package io.polywire.gate.cli;

import org.jspecify.annotations.NullMarked;
