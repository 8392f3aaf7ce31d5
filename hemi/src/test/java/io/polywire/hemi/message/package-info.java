@NullMarked
package io.polywire.hemi.message;

import org.jspecify.annotations.NullMarked;
