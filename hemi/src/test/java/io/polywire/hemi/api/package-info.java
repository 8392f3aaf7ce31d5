@NullMarked
package io.polywire.hemi.api;

import org.jspecify.annotations.NullMarked;
