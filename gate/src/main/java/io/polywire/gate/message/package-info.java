/** The web API of Gate as records and constants: status, errors, lists, tokens. */
@NullMarked
package io.polywire.gate.message;

import org.jspecify.annotations.NullMarked;
