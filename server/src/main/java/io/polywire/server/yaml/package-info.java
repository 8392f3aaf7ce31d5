/**
 * Reads YAML with the place of every value; notes all errors; describes what it reads, so that schema and reference come from
 * the same lines of code as the reading. Knows nothing of Polywire.
 */
@NullMarked
package io.polywire.server.yaml;

import org.jspecify.annotations.NullMarked;
