/** Spans of calls and publications: for Flight Recorder, and for collectors that speak OTLP. */
@NullMarked
package io.polywire.server.trace;

import org.jspecify.annotations.NullMarked;
