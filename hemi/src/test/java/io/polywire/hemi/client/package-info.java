@NullMarked
package io.polywire.hemi.client;

import org.jspecify.annotations.NullMarked;
