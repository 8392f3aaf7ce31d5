@NullMarked
package io.polywire.hemi.login;

import org.jspecify.annotations.NullMarked;
