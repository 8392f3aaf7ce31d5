/** Cryptography that the router's side and the client's side of authentication share. */
@NullMarked
package io.polywire.wamp.crypto;

import org.jspecify.annotations.NullMarked;
