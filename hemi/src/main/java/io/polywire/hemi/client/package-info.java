/** A client of Hemi servers that stays connected. */
@NullMarked
package io.polywire.hemi.client;

import org.jspecify.annotations.NullMarked;
