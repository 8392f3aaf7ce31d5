/**
 * A client of the Gate web API: modules, instances and the streams of programs. It uses what the API documents and nothing
 * more, so it works against the original server, too.
 */
@NullMarked
package io.polywire.gate.client;

import org.jspecify.annotations.NullMarked;
