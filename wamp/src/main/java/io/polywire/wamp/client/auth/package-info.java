/** How a client proves who it is (WAMP, "Authentication"). */
@NullMarked
package io.polywire.wamp.client.auth;

import org.jspecify.annotations.NullMarked;
