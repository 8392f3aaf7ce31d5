/** Commands that manage users and tokens in a store, also while a server uses it. */
@NullMarked
package io.polywire.store.cli;

import org.jspecify.annotations.NullMarked;
