@NullMarked
package io.polywire.hemi.door;

import org.jspecify.annotations.NullMarked;
