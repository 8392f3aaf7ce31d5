/** Command sets of Hemi's daemons as they are deployed: ready for a client of theirs, or for a server in their place. */
@NullMarked
package io.polywire.hemi.api;

import org.jspecify.annotations.NullMarked;
