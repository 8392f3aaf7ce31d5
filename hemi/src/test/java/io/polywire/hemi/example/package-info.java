/** Programs that use the door and the client. */
@NullMarked
package io.polywire.hemi.example;

import org.jspecify.annotations.NullMarked;
