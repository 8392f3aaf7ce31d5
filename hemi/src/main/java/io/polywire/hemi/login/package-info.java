/** The login by a secp256k1 key: what both ends say, sign and check. */
@NullMarked
package io.polywire.hemi.login;

import org.jspecify.annotations.NullMarked;
