/** What payloads of Hemi commands are in a realm, and the other way round. */
@NullMarked
package io.polywire.hemi.bridge;

import org.jspecify.annotations.NullMarked;
