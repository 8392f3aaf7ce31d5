@NullMarked
package io.polywire.hemi;

import org.jspecify.annotations.NullMarked;
