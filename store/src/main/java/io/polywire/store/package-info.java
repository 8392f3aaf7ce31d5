/**
 * What outlives the process, in one SQLite file: users with their credentials, the history of topics, retained events, and
 * tables of keys and values for the doors.
 *
 * <p>All writing is done by one thread, many pieces of work in one transaction; a write is known to be kept when its future
 * completes. The file is in WAL mode with {@code synchronous=NORMAL}: what was committed survives the death of the process,
 * however it dies; when the machine loses power the last commits may be lost, but the file stays whole.
 */
@NullMarked
package io.polywire.store;

import org.jspecify.annotations.NullMarked;
