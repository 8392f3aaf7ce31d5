/** Tests from outside: see the module's description. */
@NullMarked
package io.polywire.interop;

import org.jspecify.annotations.NullMarked;
