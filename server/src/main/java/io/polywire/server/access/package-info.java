/** Who may join which realm, and what they may do there. */
@NullMarked
package io.polywire.server.access;

import org.jspecify.annotations.NullMarked;
